package io.sparkhood.cuda.emulator;

import java.util.List;

/** {@code ldmatrix}: one, two or four matrices of 8 rows of 16 bytes; row r of matrix q lies where lane 8 q + r says. */
final class MatrixLoadInstructions {
    private static final int LANES = RegisterFile.LANES;
    private static final int ROWS = 8;
    private static final int ROW_BYTES = 16;

    private MatrixLoadInstructions() {}

    static Instruction decode(Binding binding) {
        Opcode opcode = binding.opcode();
        List<Operand> targets = binding.elements(0);
        boolean transposed = opcode.has("trans");
        String expected =
                "ldmatrix.sync.aligned.m8n8.x" + targets.size() + (transposed ? ".trans" : "") + ".shared.b16";
        if (!opcode.text().replace("shared::cta", "shared").equals(expected)) {
            throw binding.unknown();
        }
        int[] slots = targets.stream().mapToInt(binding::writeWord).toArray();
        AddressSlot address = binding.address(1);
        return binding.instruction((warp, mask) -> {
            warp.requireAll(mask);
            load(warp, address.of(warp), slots, transposed);
        });
    }

    private static void load(Warp warp, long[] rows, int[] slots, boolean transposed) {
        SharedMemory shared = warp.block.shared;
        for (int row = 0; row < ROWS * slots.length; row++) {
            shared.read(warp, row, rows[row], ROW_BYTES);
        }
        for (int matrix = 0; matrix < slots.length; matrix++) {
            warp.block.countShared(rows, 0xff << ROWS * matrix, ROW_BYTES);
            int[] target = warp.registers.words[slots[matrix]];
            for (int lane = 0; lane < LANES; lane++) {
                target[lane] = transposed
                        ? column(shared.data, rows, ROWS * matrix, lane)
                        : Bytes.getInt(shared.data, (int) rows[ROWS * matrix + lane / 4] + lane % 4 * 4);
            }
        }
    }

    /** Two elements of column lane / 4, of the rows 2 (lane mod 4) and the next. */
    private static int column(byte[] data, long[] rows, int first, int lane) {
        int row = first + lane % 4 * 2;
        int low = Bytes.getShort(data, (int) rows[row] + lane / 4 * 2) & 0xffff;
        int high = Bytes.getShort(data, (int) rows[row + 1] + lane / 4 * 2) & 0xffff;
        return low | high << 16;
    }
}
