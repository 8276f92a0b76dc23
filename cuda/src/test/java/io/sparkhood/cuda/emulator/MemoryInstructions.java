package io.sparkhood.cuda.emulator;

import java.util.List;
import java.util.Set;

/** Loads and stores of all kinds of memory. */
final class MemoryInstructions {
    private static final Set<String> HINTS =
            Set.of("nc", "ca", "cg", "cs", "lu", "cv", "wb", "wt", "volatile", "weak", "relaxed", "cta", "gpu", "sys");
    private static final Set<String> VECTORS = Set.of("v2", "v4");

    private MemoryInstructions() {}

    static Instruction load(Binding binding) {
        MemoryPort port = port(binding);
        List<Operand> targets = vector(binding, 0);
        AddressSlot address = binding.address(1);
        Transfer transfer = Transfer.loading(binding, targets);
        return binding.instruction((warp, mask) -> port.load(warp, mask, address.of(warp), transfer));
    }

    static Instruction store(Binding binding) {
        MemoryPort port = port(binding);
        AddressSlot address = binding.address(0);
        Transfer transfer = Transfer.storing(binding, vector(binding, 1));
        return binding.instruction((warp, mask) -> port.store(warp, mask, address.of(warp), transfer));
    }

    private static List<Operand> vector(Binding binding, int index) {
        List<Operand> elements = binding.elements(index);
        int wanted = binding.opcode().has("v4") ? 4 : binding.opcode().has("v2") ? 2 : 1;
        if (elements.size() != wanted || binding.type().bytes() * wanted > 16) {
            throw binding.unknown();
        }
        return elements;
    }

    /** The memory that the modifiers name; what they say of caches changes nothing here. */
    private static MemoryPort port(Binding binding) {
        MemoryPort port = new GenericPort();
        List<String> modifiers = binding.opcode().modifiers();
        for (String modifier : modifiers.subList(0, modifiers.size() - 1)) {
            switch (modifier) {
                case "global" -> port = new GlobalPort();
                case "shared", "shared::cta" -> port = new SharedPort();
                case "local" -> port = new LocalPort();
                case "param" -> port = new ParamPort();
                default -> {
                    boolean hint = modifier.startsWith("L1::") || modifier.startsWith("L2::");
                    if (!hint && !HINTS.contains(modifier) && !VECTORS.contains(modifier)
                            || modifier.equals("L2::cache_hint")) {
                        throw binding.unknown();
                    }
                }
            }
        }
        return port;
    }
}
