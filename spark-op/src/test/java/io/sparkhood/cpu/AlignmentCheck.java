package io.sparkhood.cpu;

import java.lang.reflect.Field;
import sun.misc.Unsafe;

/** Prints how far the scratch arrays of a few plans begin behind a cache line; a program, for JVMs with whole references. */
public final class AlignmentCheck {
    private static final int LINE = 64;

    private AlignmentCheck() {}

    /** Takes no arguments. */
    public static void main(String[] args) throws ReflectiveOperationException {
        Field field = Unsafe.class.getDeclaredField("theUnsafe");
        field.setAccessible(true);
        Unsafe unsafe = (Unsafe) field.get(null);
        Object[] holder = new Object[1];
        for (long needed : new long[] {1, 100_000, 1_000_000}) {
            holder[0] = new float[(int) CacheLines.detected().floats(needed, 2 << 20)];
            System.gc();
            long address = unsafe.getLong(holder, unsafe.arrayBaseOffset(Object[].class));
            long first = address + unsafe.arrayBaseOffset(float[].class) + (long) Float.BYTES * CacheLines.FIRST;
            System.out.print(first % LINE + " ");
        }
    }
}
