/** Spark with executors in JVMs of their own: what a local test cannot show. Needs the environment that failsafe gives (pom.xml). */
@org.jspecify.annotations.NullMarked
package io.sparkhood.cluster;
