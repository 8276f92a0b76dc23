package io.sparkhood.cuda.emulator;

/** Shuffles, votes and other exchanges between the lanes of a warp. */
final class ExchangeInstructions {
    private static final int LANES = RegisterFile.LANES;

    private ExchangeInstructions() {}

    /** {@code shfl.sync.mode.b32 d[|p], a, b, c, members}. */
    static Instruction shuffle(Binding binding) {
        String mode = binding.opcode().modifier(1);
        if (!binding.opcode().text().equals("shfl.sync." + mode + ".b32") || !"up down bfly idx".contains(mode)) {
            throw binding.unknown();
        }
        Operand target = binding.operand(0);
        int d = binding.writeWord(target instanceof Operand.Pair pair ? pair.first() : target);
        int p = target instanceof Operand.Pair pair ? binding.writePredicate(pair.second()) : -1;
        int[] from = {
            binding.readWord(1), binding.readWord(2), binding.readWord(3), binding.readWord(4),
        };
        return binding.instruction((warp, mask) -> {
            int[][] words = warp.registers.words;
            warp.requireMembers(mask, words[from[3]]);
            int[] values = words[from[0]].clone();
            int valid = 0;
            for (int lane = 0; lane < LANES; lane++) {
                if ((mask >>> lane & 1) != 0) {
                    int source = source(mode, lane, words[from[1]][lane], words[from[2]][lane]);
                    valid |= source >= 0 ? 1 << lane : 0;
                    words[d][lane] = values[warp.requireSource(mask, lane, source < 0 ? lane : source)];
                }
            }
            if (p >= 0) {
                warp.keepPredicate(p, valid, mask);
            }
        });
    }

    /** The lane to read from, or -1 where it lies outside of the segment that {@code bounds} describes. */
    private static int source(String mode, int lane, int offset, int bounds) {
        int segment = bounds >>> 8 & 31;
        int clamp = bounds & 31;
        int by = offset & 31;
        int most = lane & segment | clamp & ~segment;
        int source = switch (mode) {
            case "up" -> lane - by;
            case "down" -> lane + by;
            case "bfly" -> lane ^ by;
            default -> lane & segment | by & ~segment;
        };
        boolean inside = mode.equals("up") ? source >= most : source <= most;
        return inside ? source : -1;
    }

    /** {@code vote.sync.mode d, [!]a, members}. */
    static Instruction vote(Binding binding) {
        String mode = binding.opcode().modifier(1);
        boolean ballot = binding.opcode().text().equals("vote.sync.ballot.b32");
        if (!ballot && !binding.opcode().text().matches("vote\\.sync\\.(all|any|uni)\\.pred")) {
            throw binding.unknown();
        }
        int d = ballot ? binding.writeWord(0) : binding.writePredicate(0);
        int a = binding.readPredicate(1);
        int members = binding.readWord(2);
        boolean negated = binding.operand(1) instanceof Operand.Name name && name.negated();
        return binding.instruction((warp, mask) -> {
            RegisterFile registers = warp.registers;
            warp.requireMembers(mask, registers.words[members]);
            int yes = (negated ? ~registers.predicates[a] : registers.predicates[a]) & mask;
            if (ballot) {
                warp.keepAll(d, yes, mask);
            } else {
                boolean result = switch (mode) {
                    case "all" -> yes == mask;
                    case "any" -> yes != 0;
                    default -> yes == mask || yes == 0;
                };
                warp.keepPredicate(d, result ? -1 : 0, mask);
            }
        });
    }

    static Instruction activeMask(Binding binding) {
        int d = binding.writeWord(0);
        return binding.instruction((warp, mask) -> warp.keepAll(d, mask, mask));
    }

    /** {@code match.any.sync.b32 d, a, members}: the lanes with the same value. */
    static Instruction match(Binding binding) {
        if (!binding.opcode().text().equals("match.any.sync.b32")) {
            throw binding.unknown();
        }
        int d = binding.writeWord(0);
        int a = binding.readWord(1);
        int members = binding.readWord(2);
        return binding.instruction((warp, mask) -> {
            int[][] words = warp.registers.words;
            warp.requireMembers(mask, words[members]);
            int[] values = words[a].clone();
            for (int lane = 0; lane < LANES; lane++) {
                if ((mask >>> lane & 1) != 0) {
                    int same = 0;
                    for (int other = 0; other < LANES; other++) {
                        same |= values[other] == values[lane] ? 1 << other & mask : 0;
                    }
                    words[d][lane] = same;
                }
            }
        });
    }

    private interface Reduction {
        int of(int a, int b);
    }

    /** {@code redux.sync.op.type d, a, members}. */
    static Instruction reduce(Binding binding) {
        boolean signed = binding.type().isSigned();
        Reduction reduction = switch (binding.opcode().modifier(1)) {
            case "add" -> Integer::sum;
            case "and" -> (a, b) -> a & b;
            case "or" -> (a, b) -> a | b;
            case "xor" -> (a, b) -> a ^ b;
            case "min" -> signed ? Math::min : (a, b) -> Integer.compareUnsigned(a, b) < 0 ? a : b;
            case "max" -> signed ? Math::max : (a, b) -> Integer.compareUnsigned(a, b) > 0 ? a : b;
            default -> throw binding.unknown();
        };
        int d = binding.writeWord(0);
        int a = binding.readWord(1);
        int members = binding.readWord(2);
        return binding.instruction((warp, mask) -> {
            int[][] words = warp.registers.words;
            warp.requireMembers(mask, words[members]);
            int first = Integer.numberOfTrailingZeros(mask);
            int result = words[a][first];
            for (int lane = first + 1; lane < LANES; lane++) {
                result = (mask >>> lane & 1) != 0 ? reduction.of(result, words[a][lane]) : result;
            }
            warp.keepAll(d, result, mask);
        });
    }
}
