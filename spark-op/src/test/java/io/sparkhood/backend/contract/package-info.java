/** What every backend must do, as tests: the contract, named cases, golden data. Published as a test-jar, without Spark. */
@org.jspecify.annotations.NullMarked
package io.sparkhood.backend.contract;
