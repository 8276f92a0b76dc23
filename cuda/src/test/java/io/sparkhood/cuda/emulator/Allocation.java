package io.sparkhood.cuda.emulator;

import java.util.Arrays;

/** One piece of device memory: its bytes, which of them were written, and who used them in the launch under way. */
final class Allocation {
    private static final long ALL_WRITTEN = 0x0101010101010101L;

    private final String name;
    private final long address;
    private final AccessLog log;
    private volatile boolean freed;
    private byte[] data;
    private byte[] written; // [byte] 1 if it was

    Allocation(String name, long address, int bytes) {
        this.name = name;
        this.address = address;
        this.data = new byte[bytes];
        this.written = new byte[bytes];
        this.log = new AccessLog(name, bytes);
    }

    String name() {
        return name;
    }

    long address() {
        return address;
    }

    int bytes() {
        return data.length;
    }

    byte[] data() {
        return data;
    }

    AccessLog log() {
        return log;
    }

    boolean freed() {
        return freed;
    }

    void free() {
        freed = true;
        data = new byte[0];
        written = new byte[0];
        log.clear();
    }

    void markWritten(int at, int bytes) {
        switch (bytes) {
            case 2 -> Bytes.putShort(written, at, (short) ALL_WRITTEN);
            case 4 -> Bytes.putInt(written, at, (int) ALL_WRITTEN);
            case 8 -> Bytes.putLong(written, at, ALL_WRITTEN);
            default -> Arrays.fill(written, at, at + bytes, (byte) 1);
        }
    }

    /** The first byte of a range that was never written, or -1. */
    int firstUnwritten(int at, int bytes) {
        int from = at;
        int end = at + bytes;
        while (from + 8 <= end && Bytes.getLong(written, from) == ALL_WRITTEN) {
            from += 8;
        }
        for (; from < end; from++) {
            if (written[from] == 0) {
                return from;
            }
        }
        return -1;
    }
}
