package io.sparkhood.cpu;

/** One thread of one pass over a batch. */
interface PassWorker {
    /** Takes the tensors of a run and how it is divided. */
    void bind(RunTensors tensors, Tiling.Parts parts);

    /** Computes one part of the pass. */
    void compute(long part);
}
