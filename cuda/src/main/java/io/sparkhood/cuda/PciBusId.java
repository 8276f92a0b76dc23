package io.sparkhood.cuda;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a device sits: {@code 0000:3b:00.0} for CUDA, {@code 00000000:3B:00.0} for nvidia-smi. Ordered as nvidia-smi counts. */
record PciBusId(long domain, int bus, int device, int function) implements Comparable<PciBusId> {
    private static final Pattern TEXT =
            Pattern.compile("(?:([0-9a-fA-F]{4,8}):)?([0-9a-fA-F]{2}):([0-9a-fA-F]{2})(?:\\.([0-7]))?");
    private static final Comparator<PciBusId> ORDER = Comparator.comparingLong(PciBusId::domain)
            .thenComparingInt(PciBusId::bus)
            .thenComparingInt(PciBusId::device)
            .thenComparingInt(PciBusId::function);

    /** What a text means; domain and function 0 may be left out. */
    static Optional<PciBusId> of(String text) {
        Matcher matcher = TEXT.matcher(text);
        return matcher.matches()
                ? Optional.of(new PciBusId(
                        matcher.group(1) == null ? 0 : Long.parseLong(matcher.group(1), 16),
                        Integer.parseInt(matcher.group(2), 16),
                        Integer.parseInt(matcher.group(3), 16),
                        matcher.group(4) == null ? 0 : Integer.parseInt(matcher.group(4))))
                : Optional.empty();
    }

    @Override
    public int compareTo(PciBusId other) {
        return ORDER.compare(this, other);
    }
}
