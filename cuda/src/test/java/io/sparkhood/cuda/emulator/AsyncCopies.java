package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.emulator.EmulatorFault.Kind;
import java.util.ArrayList;
import java.util.List;

/** The asynchronous copies of a warp under way, in groups that each lane counts for itself. */
final class AsyncCopies {
    private static final int LANES = RegisterFile.LANES;
    private static final int MOST_BYTES = 16;

    private final List<Copy> pending = new ArrayList<>();
    private final List<Copy> spare = new ArrayList<>();
    private final int[] committed = new int[LANES]; // [lane] groups closed

    /** One instruction's copies. */
    private static final class Copy {
        private final byte[] data = new byte[LANES * MOST_BYTES]; // [lane][byte]
        private final int[] target = new int[LANES]; // [lane] shared address
        private final int[] group = new int[LANES]; // [lane]
        private int lanes; // still under way
        private int bytes;
    }

    /** Begins the copies of one instruction; {@link #take} follows for each of its lanes. */
    void begin(int bytes) {
        Copy copy = spare.isEmpty() ? new Copy() : spare.remove(spare.size() - 1);
        copy.lanes = 0;
        copy.bytes = bytes;
        pending.add(copy);
    }

    /** The last begun copy of a lane: the first bytes from an array, the others zeros. */
    void take(int lane, int target, byte[] from, int at, int bytes) {
        Copy copy = pending.get(pending.size() - 1);
        System.arraycopy(from, at, copy.data, lane * MOST_BYTES, bytes);
        for (int i = bytes; i < copy.bytes; i++) {
            copy.data[lane * MOST_BYTES + i] = 0;
        }
        copy.target[lane] = target;
        copy.group[lane] = committed[lane];
        copy.lanes |= 1 << lane;
    }

    /** Closes the group at hand of each lane. */
    void commit(int mask) {
        for (int lane = 0; lane < LANES; lane++) {
            committed[lane] += mask >>> lane & 1;
        }
    }

    /** Lands everything but the last so many closed groups, and the one at hand. */
    void await(Warp warp, int mask, int groups) {
        for (int i = 0; i < pending.size(); i++) {
            Copy copy = pending.get(i);
            for (int lane = 0; lane < LANES; lane++) {
                if ((copy.lanes & mask & 1 << lane) != 0 && copy.group[lane] < committed[lane] - groups) {
                    land(warp, copy, lane);
                }
            }
        }
        pending.removeIf(copy -> copy.lanes == 0 && spare.add(copy));
    }

    private static void land(Warp warp, Copy copy, int lane) {
        SharedMemory shared = warp.block.shared;
        System.arraycopy(copy.data, lane * MOST_BYTES, shared.data, copy.target[lane], copy.bytes);
        shared.land(warp, lane, copy.target[lane], copy.bytes);
        copy.lanes &= ~(1 << lane);
    }

    /** Faults if a lane that ends has copies under way. */
    void checkDone(Warp warp, int mask) {
        for (Copy copy : pending) {
            if ((copy.lanes & mask) != 0) {
                throw warp.fault(
                        Kind.ASYNC_COPY,
                        "a thread ends without having waited for its asynchronous copies",
                        Integer.numberOfTrailingZeros(copy.lanes & mask));
            }
        }
    }

    void clear() {
        spare.addAll(pending);
        pending.clear();
    }
}
