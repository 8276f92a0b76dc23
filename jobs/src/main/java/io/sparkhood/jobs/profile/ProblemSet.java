package io.sparkhood.jobs.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Problems with names, in the order of the table.
 *
 * @param option of the job that asks for them
 */
record ProblemSet(String option, List<Problem> all) {
    ProblemSet {
        all = List.copyOf(all);
    }

    /**
     * Those of these names.
     *
     * @throws IllegalArgumentException if one has no such name
     */
    List<Problem> named(List<String> names) {
        List<String> unknown = new ArrayList<>(names);
        unknown.removeAll(all.stream().map(Problem::name).toList());
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(option + " knows "
                    + all.stream().map(Problem::name).collect(Collectors.joining(", ")) + ", but not '" + unknown.get(0)
                    + "'");
        }
        return all.stream().filter(problem -> names.contains(problem.name())).toList();
    }
}
