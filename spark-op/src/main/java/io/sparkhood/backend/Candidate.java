package io.sparkhood.backend;

/**
 * One way in which a backend could run an operator, and what its own model makes of it.
 *
 * @param way in one line for people, unlike that of every other candidate: what {@link Plan#describe} would say
 * @param visitedPairs what {@link Plan#visitedPairs} would say
 * @param occupancy what of the device it would fill, for people
 * @param predictedSeconds of one run
 */
public record Candidate(String way, long visitedPairs, String occupancy, double predictedSeconds) {}
