package io.sparkhood.cuda.emulator;

import java.util.Optional;

/** A read-only register that tells a thread where it is. */
enum SpecialRegister {
    TID_X("%tid.x"),
    TID_Y("%tid.y"),
    TID_Z("%tid.z"),
    NTID_X("%ntid.x"),
    NTID_Y("%ntid.y"),
    NTID_Z("%ntid.z"),
    CTAID_X("%ctaid.x"),
    CTAID_Y("%ctaid.y"),
    CTAID_Z("%ctaid.z"),
    NCTAID_X("%nctaid.x"),
    NCTAID_Y("%nctaid.y"),
    NCTAID_Z("%nctaid.z"),
    LANEID("%laneid"),
    WARPID("%warpid"),
    NWARPID("%nwarpid"),
    LANEMASK_EQ("%lanemask_eq"),
    LANEMASK_LT("%lanemask_lt"),
    LANEMASK_LE("%lanemask_le"),
    LANEMASK_GT("%lanemask_gt"),
    LANEMASK_GE("%lanemask_ge"),
    WARP_SZ("WARP_SZ"),
    DYNAMIC_SMEM_SIZE("%dynamic_smem_size"),
    TOTAL_SMEM_SIZE("%total_smem_size");

    private final String text;

    SpecialRegister(String text) {
        this.text = text;
    }

    static Optional<SpecialRegister> of(String name) {
        for (SpecialRegister register : values()) {
            if (register.text.equals(name)) {
                return Optional.of(register);
            }
        }
        return Optional.empty();
    }

    /** Its value for one lane. Blocks have one axis here. */
    int value(Launched launched, long block, int warp, int lane) {
        return switch (this) {
            case TID_X -> warp * RegisterFile.LANES + lane;
            case TID_Y, TID_Z -> 0;
            case NTID_X -> launched.launch().threads();
            case NTID_Y, NTID_Z -> 1;
            case CTAID_X -> launched.x(block);
            case CTAID_Y -> launched.y(block);
            case CTAID_Z -> launched.z(block);
            case NCTAID_X -> launched.launch().gridX();
            case NCTAID_Y -> launched.launch().gridY();
            case NCTAID_Z -> launched.launch().gridZ();
            case LANEID -> lane;
            case WARPID -> warp;
            case NWARPID -> launched.warps();
            case LANEMASK_EQ -> 1 << lane;
            case LANEMASK_LT -> (1 << lane) - 1;
            case LANEMASK_LE -> (2 << lane) - 1;
            case LANEMASK_GT -> -(2 << lane);
            case LANEMASK_GE -> -(1 << lane);
            case WARP_SZ -> RegisterFile.LANES;
            case DYNAMIC_SMEM_SIZE -> launched.launch().sharedBytes();
            case TOTAL_SMEM_SIZE -> launched.sharedBytes();
        };
    }
}
