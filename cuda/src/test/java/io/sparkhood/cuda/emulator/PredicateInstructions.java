package io.sparkhood.cuda.emulator;

import java.util.List;

/** Comparisons into predicates and words, logic on predicates, selection by them. */
final class PredicateInstructions {
    private static final int LANES = RegisterFile.LANES;
    private static final int ONE = Float.floatToRawIntBits(1);

    private PredicateInstructions() {}

    private interface Test {
        int of(RegisterFile registers);
    }

    private interface Logic {
        int of(int a, int b);
    }

    /** The comparison of two operands that the first modifier names. */
    private static Test test(Binding binding, ScalarType type, int first) {
        String name = binding.opcode().modifier(0);
        if (type.bits() == 64 && type.isInteger()) {
            Comparison.OfLongs test = Comparison.longs(binding, name, type);
            int a = binding.readLong(first);
            int b = binding.readLong(first + 1);
            return registers -> test.test(registers.longs[a], registers.longs[b]);
        }
        if (type != ScalarType.F32 && !type.isInteger()) {
            throw binding.unknown();
        }
        Comparison.OfWords test =
                type == ScalarType.F32 ? Comparison.floats(binding, name) : Comparison.words(binding, name, type);
        int a = binding.readWord(first);
        int b = binding.readWord(first + 1);
        return registers -> test.test(registers.words[a], registers.words[b]);
    }

    /** {@code setp.cmp[.bool].type p[|q], a, b[, [!]c]}. */
    static Instruction compare(Binding binding) {
        Operand target = binding.operand(0);
        boolean two = target instanceof Operand.Pair;
        int p = destination(binding, target instanceof Operand.Pair pair ? pair.first() : target);
        int q = target instanceof Operand.Pair pair ? destination(binding, pair.second()) : -1;
        Test test = test(binding, binding.type(), 1);
        Logic logic = binding.count() > 3 ? logic(binding, binding.opcode().modifier(1)) : (a, b) -> a;
        int c = binding.count() > 3 ? binding.readPredicate(3) : -1;
        boolean negated = c >= 0 && binding.operand(3) instanceof Operand.Name name && name.negated();
        return binding.instruction((warp, mask) -> {
            int result = test.of(warp.registers);
            int other = c < 0 ? 0 : negated ? ~warp.registers.predicates[c] : warp.registers.predicates[c];
            warp.keepPredicate(p, logic.of(result, other), mask);
            if (two) {
                warp.keepPredicate(q, logic.of(~result, other), mask);
            }
        });
    }

    private static int destination(Binding binding, Operand operand) {
        return Binding.isSink(operand) ? -1 : binding.writePredicate(operand);
    }

    private static Logic logic(Binding binding, String name) {
        return switch (name) {
            case "and" -> (a, b) -> a & b;
            case "or" -> (a, b) -> a | b;
            case "xor" -> (a, b) -> a ^ b;
            default -> throw binding.unknown();
        };
    }

    /** {@code set.cmp.to.type d, a, b}: all ones or 1.0 where it holds. */
    static Instruction compareToWord(Binding binding) {
        List<String> modifiers = binding.opcode().modifiers();
        if (modifiers.size() != 3) {
            throw binding.unknown();
        }
        int yes = modifiers.get(1).equals("f32") ? ONE : -1;
        int d = binding.writeWord(0);
        Test test = test(binding, binding.type(), 1);
        return binding.instruction((warp, mask) -> {
            int result = test.of(warp.registers);
            int[] target = warp.target(d, mask);
            for (int l = 0; l < LANES; l++) {
                target[l] = (result >>> l & 1) != 0 ? yes : 0;
            }
            warp.keep(d, mask);
        });
    }

    /** {@code and.pred}, {@code or.pred}, {@code xor.pred}. */
    static Instruction logic(Binding binding) {
        Logic logic = logic(binding, binding.opcode().base());
        int p = binding.writePredicate(0);
        int a = binding.readPredicate(1);
        int b = binding.readPredicate(2);
        return binding.instruction((warp, mask) -> {
            int[] predicates = warp.registers.predicates;
            warp.keepPredicate(p, logic.of(predicates[a], predicates[b]), mask);
        });
    }

    static Instruction not(Binding binding) {
        int p = binding.writePredicate(0);
        int a = binding.readPredicate(1);
        return binding.instruction((warp, mask) -> warp.keepPredicate(p, ~warp.registers.predicates[a], mask));
    }

    /** {@code selp.type d, a, b, p}. */
    static Instruction select(Binding binding) {
        if (binding.type().bits() == 64) {
            return selectLong(binding);
        }
        int d = binding.writeWord(0);
        int a = binding.readWord(1);
        int b = binding.readWord(2);
        int p = binding.readPredicate(3);
        return binding.instruction((warp, mask) -> {
            RegisterFile registers = warp.registers;
            select(warp.target(d, mask), registers.words[a], registers.words[b], registers.predicates[p]);
            warp.keep(d, mask);
        });
    }

    private static void select(int[] d, int[] a, int[] b, int predicate) {
        for (int l = 0; l < LANES; l++) {
            d[l] = (predicate >>> l & 1) != 0 ? a[l] : b[l];
        }
    }

    private static Instruction selectLong(Binding binding) {
        int d = binding.writeLong(0);
        int a = binding.readLong(1);
        int b = binding.readLong(2);
        int p = binding.readPredicate(3);
        return binding.instruction((warp, mask) -> {
            RegisterFile registers = warp.registers;
            long[] target = warp.longTarget(d, mask);
            for (int l = 0; l < LANES; l++) {
                target[l] = (registers.predicates[p] >>> l & 1) != 0 ? registers.longs[a][l] : registers.longs[b][l];
            }
            warp.keepLong(d, mask);
        });
    }

    /** {@code testp.kind.f32 p, a}. */
    static Instruction testFloat(Binding binding) {
        String kind = binding.opcode().modifier(0);
        int p = binding.writePredicate(0);
        int a = binding.readWord(1);
        if (binding.type() != ScalarType.F32) {
            throw binding.unknown();
        }
        FloatTest test = switch (kind) {
            case "finite" -> Float::isFinite;
            case "infinite" -> Float::isInfinite;
            case "number" -> value -> !Float.isNaN(value);
            case "notanumber" -> Float::isNaN;
            case "normal" -> value -> Float.isFinite(value) && Math.abs(value) >= Float.MIN_NORMAL;
            case "subnormal" -> value -> value != 0 && Math.abs(value) < Float.MIN_NORMAL;
            default -> throw binding.unknown();
        };
        return binding.instruction((warp, mask) -> {
            int result = 0;
            for (int l = 0; l < LANES; l++) {
                result |= test.of(Float.intBitsToFloat(warp.registers.words[a][l])) ? 1 << l : 0;
            }
            warp.keepPredicate(p, result, mask);
        });
    }

    private interface FloatTest {
        boolean of(float value);
    }
}
