package io.sparkhood.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Small mistakes in a PTX text, each in one line. */
final class PtxMutants {
    private static final Map<String, String> OPCODES = Map.ofEntries(
            Map.entry("setp.lt.", "setp.le."),
            Map.entry("setp.le.", "setp.lt."),
            Map.entry("setp.gt.", "setp.ge."),
            Map.entry("setp.ge.", "setp.gt."),
            Map.entry("setp.eq.", "setp.ne."),
            Map.entry("setp.ne.", "setp.eq."),
            Map.entry("min.s32", "max.s32"),
            Map.entry("max.s32", "min.s32"),
            Map.entry("and.pred", "or.pred"),
            Map.entry("or.pred", "and.pred"),
            Map.entry("max.f32", "min.f32"),
            Map.entry("add.f32", "sub.f32"),
            Map.entry("sub.f32", "add.f32"),
            Map.entry("mul.f32", "add.f32"),
            Map.entry("xor.b32", "and.b32"),
            Map.entry("ex2.approx.ftz.f32", "mov.f32"));
    private static final List<String> DROPPED =
            List.of("bar.", "cp.async", "mov.f32", "mov.u32", "st.shared", "st.global");
    private static final Pattern CONSTANT =
            Pattern.compile("^(\\s*(?:add|sub|shl|shr|and|mul\\.lo|mad\\.lo)\\.\\S+\\s+%r\\d+, %r\\d+, )(-?\\d+)(.*)$");
    private static final Pattern ADDRESS = Pattern.compile("\\[(%\\w+)(?:\\+(-?\\d+))?\\]");
    private static final Pattern GROUPS = Pattern.compile("(cp\\.async\\.wait_group\\s+)(\\d+)");

    private PtxMutants() {}

    /**
     * A changed line.
     *
     * @param line that is changed, counted from 1
     * @param change the line as it was and as it is
     * @param changed the line as it is
     */
    record Mutant(int line, String change, String changed) {}

    /** Every one of them. */
    static List<Mutant> of(String ptx) {
        List<String> lines = ptx.lines().toList();
        List<Mutant> mutants = new ArrayList<>();
        for (int at = 0; at < lines.size(); at++) {
            String line = lines.get(at);
            for (String changed : changes(line)) {
                String change = "line " + (at + 1) + ": " + line.strip() + " => " + changed.strip();
                mutants.add(new Mutant(at + 1, change, changed));
            }
        }
        return mutants;
    }

    private static List<String> changes(String line) {
        String text = line.strip();
        List<String> changes = new ArrayList<>();
        if (text.startsWith("@%")) {
            changes.add(line.replace("@%", "@!%"));
        } else if (text.startsWith("@!%")) {
            changes.add(line.replace("@!%", "@%"));
        }
        OPCODES.forEach((from, to) -> {
            if (text.startsWith(from)) {
                changes.add(line.replace(from, to));
            }
        });
        if (DROPPED.stream().anyMatch(text::startsWith)) {
            changes.add("");
        }
        constant(line).ifPresent(changes::add);
        address(line, text).ifPresent(changes::add);
        groups(line).ifPresent(changes::add);
        return changes;
    }

    private static Optional<String> constant(String line) {
        Matcher matcher = CONSTANT.matcher(line);
        return matcher.matches()
                ? Optional.of(matcher.group(1) + (Long.parseLong(matcher.group(2)) + 1) + matcher.group(3))
                : Optional.empty();
    }

    /** The next place but one that is aligned alike. */
    private static Optional<String> address(String line, String text) {
        boolean accesses = text.startsWith("ld.global")
                || text.startsWith("ld.shared")
                || text.startsWith("st.")
                || text.startsWith("ldmatrix")
                || text.startsWith("cp.async.c") && text.contains("[");
        Matcher matcher = ADDRESS.matcher(line);
        if (!accesses || !matcher.find()) {
            return Optional.empty();
        }
        long offset = matcher.group(2) == null ? 0 : Long.parseLong(matcher.group(2));
        return Optional.of(matcher.replaceFirst("[" + matcher.group(1) + "+" + (offset + 16) + "]"));
    }

    private static Optional<String> groups(String line) {
        Matcher matcher = GROUPS.matcher(line);
        return matcher.find()
                ? Optional.of(matcher.replaceFirst(matcher.group(1) + (Integer.parseInt(matcher.group(2)) + 1)))
                : Optional.empty();
    }
}
