package io.sparkhood.cuda.emulator;

import java.util.Map;

/** Branches, ends and barriers. */
final class ControlInstructions {
    private static final int BARRIERS = 16;

    private ControlInstructions() {}

    private static final Operation NOTHING = (warp, mask) -> {};

    static Instruction branch(Binding binding, Map<String, Integer> labels) {
        if (binding.operand(0) instanceof Operand.Name label && labels.containsKey(label.name())) {
            return binding.instruction(NOTHING, Flow.BRANCH, labels.get(label.name()));
        }
        throw binding.unsupported("unknown label");
    }

    static Instruction exit(Binding binding) {
        return binding.instruction(NOTHING, Flow.EXIT, -1);
    }

    /** Hints and fences, which order nothing that is not ordered here already. */
    static Instruction nothing(Binding binding) {
        return binding.instruction(NOTHING);
    }

    /** {@code bar.sync n}, {@code barrier.sync.aligned n} and the like, or {@code bar.warp.sync members}. */
    static Instruction barrier(Binding binding) {
        String text = binding.opcode().text().replace("barrier", "bar").replace(".cta", "");
        return switch (text) {
            case "bar.warp.sync" -> {
                int members = binding.readWord(0);
                yield binding.instruction((warp, mask) -> {
                    warp.requireMembers(mask, warp.registers.words[members]);
                    warp.passBarrier(mask);
                });
            }
            case "bar.sync", "bar.sync.aligned" -> blockBarrier(binding);
            default -> throw binding.unknown();
        };
    }

    private static Instruction blockBarrier(Binding binding) {
        int number = Math.toIntExact(binding.literal(0));
        if (number < 0 || number >= BARRIERS) {
            throw binding.unsupported("barriers have the numbers 0 to " + (BARRIERS - 1));
        }
        int threads = binding.count() > 1 ? Math.toIntExact(binding.literal(1)) : -1;
        return binding.instruction(
                (warp, mask) -> {
                    if (threads >= 0
                            && threads != warp.block.launched().launch().threads()) {
                        throw warp.fault(
                                EmulatorFault.Kind.UNSUPPORTED, "a barrier of a part of the block is unknown", -1);
                    }
                },
                Flow.BARRIER,
                number);
    }
}
