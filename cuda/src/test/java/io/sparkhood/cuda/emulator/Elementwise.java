package io.sparkhood.cuda.emulator;

/** Instructions that compute every lane from the same lane of their operands. */
final class Elementwise {
    private Elementwise() {}

    /** One word from one. */
    interface WordUnary {
        void apply(int[] d, int[] a);
    }

    /** One word from two. */
    interface WordBinary {
        void apply(int[] d, int[] a, int[] b);
    }

    /** One word from three. */
    interface WordTernary {
        void apply(int[] d, int[] a, int[] b, int[] c);
    }

    /** One long from one. */
    interface LongUnary {
        void apply(long[] d, long[] a);
    }

    /** One long from two. */
    interface LongBinary {
        void apply(long[] d, long[] a, long[] b);
    }

    /** One long from three. */
    interface LongTernary {
        void apply(long[] d, long[] a, long[] b, long[] c);
    }

    /** One long from a long and a count of bits. */
    interface LongShift {
        void apply(long[] d, long[] a, int[] b);
    }

    /** One long from two words. */
    interface Widening {
        void apply(long[] d, int[] a, int[] b);
    }

    static Instruction words(Binding binding, WordUnary function) {
        int d = binding.writeWord(0);
        int a = binding.readWord(1);
        return binding.instruction((warp, mask) -> {
            function.apply(warp.target(d, mask), warp.registers.words[a]);
            warp.keep(d, mask);
        });
    }

    static Instruction words(Binding binding, WordBinary function) {
        int d = binding.writeWord(0);
        int a = binding.readWord(1);
        int b = binding.readWord(2);
        return binding.instruction((warp, mask) -> {
            int[][] words = warp.registers.words;
            function.apply(warp.target(d, mask), words[a], words[b]);
            warp.keep(d, mask);
        });
    }

    static Instruction words(Binding binding, WordTernary function) {
        int d = binding.writeWord(0);
        int a = binding.readWord(1);
        int b = binding.readWord(2);
        int c = binding.readWord(3);
        return binding.instruction((warp, mask) -> {
            int[][] words = warp.registers.words;
            function.apply(warp.target(d, mask), words[a], words[b], words[c]);
            warp.keep(d, mask);
        });
    }

    static Instruction longs(Binding binding, LongUnary function) {
        int d = binding.writeLong(0);
        int a = binding.readLong(1);
        return binding.instruction((warp, mask) -> {
            function.apply(warp.longTarget(d, mask), warp.registers.longs[a]);
            warp.keepLong(d, mask);
        });
    }

    static Instruction longs(Binding binding, LongBinary function) {
        int d = binding.writeLong(0);
        int a = binding.readLong(1);
        int b = binding.readLong(2);
        return binding.instruction((warp, mask) -> {
            long[][] longs = warp.registers.longs;
            function.apply(warp.longTarget(d, mask), longs[a], longs[b]);
            warp.keepLong(d, mask);
        });
    }

    static Instruction longs(Binding binding, LongTernary function) {
        int d = binding.writeLong(0);
        int a = binding.readLong(1);
        int b = binding.readLong(2);
        int c = binding.readLong(3);
        return binding.instruction((warp, mask) -> {
            long[][] longs = warp.registers.longs;
            function.apply(warp.longTarget(d, mask), longs[a], longs[b], longs[c]);
            warp.keepLong(d, mask);
        });
    }

    static Instruction shift(Binding binding, LongShift function) {
        int d = binding.writeLong(0);
        int a = binding.readLong(1);
        int b = binding.readWord(2);
        return binding.instruction((warp, mask) -> {
            RegisterFile registers = warp.registers;
            function.apply(warp.longTarget(d, mask), registers.longs[a], registers.words[b]);
            warp.keepLong(d, mask);
        });
    }

    static Instruction widening(Binding binding, Widening function) {
        int d = binding.writeLong(0);
        int a = binding.readWord(1);
        int b = binding.readWord(2);
        return binding.instruction((warp, mask) -> {
            int[][] words = warp.registers.words;
            function.apply(warp.longTarget(d, mask), words[a], words[b]);
            warp.keepLong(d, mask);
        });
    }
}
