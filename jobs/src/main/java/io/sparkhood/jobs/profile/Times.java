package io.sparkhood.jobs.profile;

/** Seconds of one run, over regions of runs. */
record Times(double minSeconds, double medianSeconds, double maxSeconds) {}
