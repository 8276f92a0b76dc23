package io.sparkhood.jobs;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;

/**
 * The main class of the jobs jar. Exit code 0 is success, 1 a failed job, 2 a wrong command line; on failure the last line
 * says what is wrong.
 */
@Command(
        name = "jobs/submit",
        description = "Neighborhood attention on Apache Spark.",
        mixinStandardHelpOptions = true,
        version = "sparkhood 0.1.0",
        synopsisSubcommandLabel = "JOB",
        usageHelpWidth = 100,
        footer = "%nSpark's own options may stand anywhere: --master (default local[*]), --driver-memory"
                + " (default 2g), --executor-memory, --executor-cores, --conf KEY=VALUE and others.",
        subcommands = {
            AttendCommand.class,
            DenoiseCommand.class,
            ProfileCommand.class,
            BenchmarkStageCommand.class,
            DoctorCommand.class
        })
public final class Main {
    /** Set to any value, a failure prints its stack trace as well. */
    private static final String TRACE_PROPERTY = "sparkhood.trace";

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "On failure, print the stack trace before the sentence.")
    private boolean verbose;

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The command line, for tests to run in place. */
    static CommandLine commandLine() {
        Main main = new Main();
        CommandLine commandLine = new CommandLine(main);
        commandLine.setParameterExceptionHandler((failure, args) -> refuse(failure));
        commandLine.setExecutionStrategy(parsed -> {
            try {
                return new RunLast().execute(parsed);
            } catch (LinkageError missing) { // Spark, mostly; picocli handles exceptions only
                throw new ExecutionException(commandLine, missing.toString(), missing);
            }
        });
        commandLine.setExecutionExceptionHandler((failure, command, parsed) -> {
            PrintWriter err = command.getErr();
            if (main.verbose || System.getProperty(TRACE_PROPERTY) != null) {
                failure.printStackTrace(err);
            }
            err.println(Failure.sentence(failure));
            return CommandLine.ExitCode.SOFTWARE;
        });
        return commandLine;
    }

    private static int refuse(ParameterException failure) {
        CommandLine command = failure.getCommandLine();
        command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        command.getErr().println(failure.getMessage());
        return CommandLine.ExitCode.USAGE;
    }
}
