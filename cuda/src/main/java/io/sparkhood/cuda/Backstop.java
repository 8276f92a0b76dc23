package io.sparkhood.cuda;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;

/**
 * Runs a release once: when it is closed, or, with a warning that tells where the owner was opened, when the owner has become
 * garbage without closing it.
 */
final class Backstop implements AutoCloseable {
    private static final Logger LOG = System.getLogger("io.sparkhood.cuda");
    private static final Cleaner CLEANER = Cleaner.create();

    private final Forgotten forgotten;
    private final Cleaner.Cleanable cleanable;

    private Backstop(Object owner, Forgotten forgotten) {
        this.forgotten = forgotten;
        this.cleanable = CLEANER.register(owner, forgotten);
    }

    /**
     * Watches an owner.
     *
     * @param what the owner for people, such as {@code a lane}
     * @param release must not refer to the owner
     */
    static Backstop of(Object owner, String what, Runnable release) {
        return new Backstop(owner, new Forgotten(what, release, new Throwable("it was opened here")));
    }

    private static final class Forgotten implements Runnable {
        private final String what;
        private final Runnable release;
        private final Throwable opened;
        private volatile boolean closed;

        Forgotten(String what, Runnable release, Throwable opened) {
            this.what = what;
            this.release = release;
            this.opened = opened;
        }

        @Override
        public void run() {
            if (closed) {
                release.run();
                return;
            }
            LOG.log(Level.WARNING, what + " was never closed and is freed now", opened);
            try {
                release.run();
            } catch (RuntimeException e) { // nobody hears it on this thread
                LOG.log(Level.WARNING, what + " could not be freed", e);
            }
        }
    }

    @Override
    public void close() {
        forgotten.closed = true;
        cleanable.clean();
    }
}
