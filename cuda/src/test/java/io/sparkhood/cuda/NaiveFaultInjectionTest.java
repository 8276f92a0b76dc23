package io.sparkhood.cuda;

import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.Implementation;

/** The same for runs of three launches with attention weights between them. */
class NaiveFaultInjectionTest extends FaultInjectionTest {
    @Override
    BackendOptions options() {
        return BackendOptions.DEFAULT.withImplementation(Implementation.NAIVE);
    }
}
