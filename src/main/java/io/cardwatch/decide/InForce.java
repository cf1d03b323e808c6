package io.cardwatch.decide;

import java.util.HashMap;
import java.util.Map;

/**
 * What is in force for one job in this process: one immutable object that is replaced as a whole. All subtasks of the process share
 * it, so that one reader serves them. Thread-safe.
 */
public final class InForce implements AutoCloseable {
    private static final Map<String, InForce> OF_JOBS = new HashMap<>();

    private final String job;
    private volatile Control control;
    /** Null before the first holder has it, and after the last has closed it. */
    private ControlSource.Following following;
    /** Subtasks that hold it; guarded by the map. */
    private int holders;

    private InForce(String job, Control first) {
        this.job = job;
        this.control = first;
    }

    /**
     * What is in force for a job in this process. Each caller must close it.
     *
     * @param job names the job, the same in all its subtasks
     * @param first what the job began with; used for the first caller
     * @param source is followed from the first caller on until the last has closed it
     * @throws io.cardwatch.domain.BadInputException when what is in force cannot be known
     */
    public static InForce of(String job, Control first, ControlSource source) {
        InForce shared;
        synchronized (OF_JOBS) {
            shared = OF_JOBS.computeIfAbsent(job, name -> new InForce(name, first));
            shared.holders++;
        }
        try {
            shared.follow(source);
        } catch (RuntimeException e) {
            shared.close();
            throw e;
        }
        return shared;
    }

    private synchronized void follow(ControlSource source) {
        if (following == null) {
            following = source.follow(this);
        }
    }

    /** The job's name. */
    public String job() {
        return job;
    }

    /** What the next payment is decided by. */
    public Control control() {
        return control;
    }

    /** Puts something else into force, from the next payment on. */
    public void exchange(Control next) {
        control = next;
    }

    @Override
    public void close() {
        synchronized (OF_JOBS) {
            holders--;
            if (holders > 0) {
                return;
            }
            OF_JOBS.remove(job, this);
        }
        synchronized (this) {
            if (following != null) {
                following.close();
                following = null;
            }
        }
    }
}
