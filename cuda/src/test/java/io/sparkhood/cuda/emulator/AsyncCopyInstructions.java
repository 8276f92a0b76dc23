package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.emulator.EmulatorFault.Kind;
import org.jspecify.annotations.Nullable;

/** {@code cp.async}, its groups and its waits. */
final class AsyncCopyInstructions {
    private static final int LANES = RegisterFile.LANES;

    private AsyncCopyInstructions() {}

    static Instruction decode(Binding binding) {
        Opcode opcode = binding.opcode();
        return switch (opcode.text()) {
            case "cp.async.commit_group" -> binding.instruction((warp, mask) -> warp.copies.commit(mask));
            case "cp.async.wait_group" -> {
                int groups = Math.toIntExact(binding.literal(0));
                yield binding.instruction((warp, mask) -> warp.copies.await(warp, mask, groups));
            }
            case "cp.async.wait_all" ->
                binding.instruction((warp, mask) -> {
                    warp.copies.commit(mask);
                    warp.copies.await(warp, mask, 0);
                });
            default -> copy(binding);
        };
    }

    private static Instruction copy(Binding binding) {
        Opcode opcode = binding.opcode();
        boolean known = opcode.modifier(0).equals("async")
                && (opcode.modifier(1).equals("ca") || opcode.modifier(1).equals("cg"))
                && opcode.modifier(2).startsWith("shared")
                && opcode.modifier(3).equals("global")
                && !opcode.has("L2::cache_hint");
        if (!known) {
            throw binding.unknown();
        }
        AddressSlot target = binding.address(0);
        AddressSlot source = binding.address(1);
        int bytes = bytes(binding);
        boolean sized = binding.count() > 3;
        int size = sized ? binding.readWord(3) : -1;
        return binding.instruction((warp, mask) -> {
            long[] to = target.of(warp).clone();
            long[] from = source.of(warp);
            copy(warp, mask, to, from, bytes, sized ? warp.registers.words[size] : null);
        });
    }

    private static int bytes(Binding binding) {
        int bytes = Math.toIntExact(binding.literal(2));
        boolean allowed = bytes == 16 || binding.opcode().modifier(1).equals("ca") && (bytes == 4 || bytes == 8);
        if (!allowed) {
            throw binding.unsupported("cp.async copies 16 bytes, or with .ca 4 or 8");
        }
        return bytes;
    }

    private static void copy(Warp warp, int mask, long[] to, long[] from, int bytes, int @Nullable [] sizes) {
        Block block = warp.block;
        warp.copies.begin(bytes);
        block.sectors.begin();
        for (int lane = 0; lane < LANES; lane++) {
            if ((mask >>> lane & 1) == 0) {
                continue;
            }
            int read = sizes == null ? bytes : sizes[lane];
            if (read < 0 || read > bytes) {
                throw warp.fault(Kind.ASYNC_COPY, "cp.async of " + bytes + " bytes is to read " + read, lane);
            }
            block.shared.reserve(warp, lane, to[lane], bytes);
            take(warp, lane, (int) to[lane], from[lane], bytes, read);
        }
        block.countAsyncCopy(to, mask, bytes);
    }

    private static void take(Warp warp, int lane, int to, long from, int bytes, int read) {
        if ((from & bytes - 1) != 0) {
            throw warp.fault(Kind.MISALIGNED, String.format("cp.async of %d bytes from 0x%x", bytes, from), lane);
        }
        if (read == 0) {
            warp.copies.take(lane, to, new byte[0], 0, 0); // the address may be anything
            return;
        }
        GlobalMemory global = warp.block.global;
        Allocation allocation = global.forLane(warp, lane, from, Integer.highestOneBit(read));
        if (read != Integer.highestOneBit(read)) {
            global.forLane(warp, lane, from + read - 1, 1);
        }
        int at = global.read(warp, lane, allocation, from, read);
        warp.copies.take(lane, to, allocation.data(), at, read);
        warp.block.sectors.add(from, read);
    }
}
