package io.sparkhood.cuda.emulator;

/** Opcodes that mean another arithmetic for another type. */
final class ArithmeticInstructions {
    private ArithmeticInstructions() {}

    /** The family of floats, of 16-bit floats or of integers, by the last modifier. */
    static Family byType(Family floats, Family halves, Family integers) {
        return binding -> {
            ScalarType type = binding.type();
            if (type == ScalarType.F32) {
                return floats.decode(binding);
            }
            return type.isFloat() ? halves.decode(binding) : integers.decode(binding);
        };
    }

    /** The family of predicates or of numbers. */
    static Family orPredicates(Family predicates, Family numbers) {
        return binding -> binding.type() == ScalarType.PRED ? predicates.decode(binding) : numbers.decode(binding);
    }
}
