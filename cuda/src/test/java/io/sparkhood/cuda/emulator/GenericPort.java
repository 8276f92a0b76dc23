package io.sparkhood.cuda.emulator;

import java.util.List;

/** Generic addresses: each lane's own kind of memory. */
final class GenericPort implements MemoryPort {
    private static final List<MemoryPort> PORTS =
            List.of(new GlobalPort(), new SharedPort(), new LocalPort(), new ParamPort());
    private static final long[] BASES = {
        0, AddressSpace.SHARED_BASE, AddressSpace.LOCAL_BASE, AddressSpace.PARAM_BASE, Long.MAX_VALUE
    };

    private interface Access {
        void of(MemoryPort port, int mask, long[] addresses);
    }

    @Override
    public void load(Warp warp, int mask, long[] addresses, Transfer transfer) {
        each(mask, addresses, (port, lanes, own) -> port.load(warp, lanes, own, transfer));
    }

    @Override
    public void store(Warp warp, int mask, long[] addresses, Transfer transfer) {
        each(mask, addresses, (port, lanes, own) -> port.store(warp, lanes, own, transfer));
    }

    private static void each(int mask, long[] addresses, Access access) {
        long[] own = new long[RegisterFile.LANES];
        for (int space = 0; space < PORTS.size(); space++) {
            int lanes = 0;
            for (int lane = 0; lane < RegisterFile.LANES; lane++) {
                boolean here = addresses[lane] >= BASES[space] && addresses[lane] < BASES[space + 1];
                if (here || space == 0 && addresses[lane] < 0) {
                    lanes |= 1 << lane;
                    own[lane] = addresses[lane] - BASES[space];
                }
            }
            if ((lanes & mask) != 0) {
                access.of(PORTS.get(space), lanes & mask, own);
            }
        }
    }
}
