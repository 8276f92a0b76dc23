/**
 * An emulator of CUDA devices for tests: executes PTX text, as it ships, under the exact launch parameters, and faults where
 * a device would compute nonsense without a word.
 *
 * <p><b>Modelled</b>
 * <ul>
 *   <li>The instructions that the CUDA compiler emits for sm_80: integer, float32, predicates, branches, conversions, local,
 *       shared and global memory, {@code mma.sync} m16n8k16, {@code ldmatrix}, {@code cp.async}, {@code shfl.sync},
 *       {@code vote.sync}, barriers. Anything else is a fault of kind UNSUPPORTED with the line.
 *   <li>Divergence: both sides of a branch run one after the other up to the immediate post-dominator; which side is first
 *       depends on the seed. Warps run in an order drawn from the seed, each up to its next barrier.
 *   <li>Memory: every allocation lies alone in its own window of addresses, so an overrun meets nothing. Bytes never written,
 *       registers never written, misaligned addresses and freed allocations are faults.
 *   <li>Races: shared memory between barriers (of the block or of the warp), global memory between barriers within a block
 *       and at any time between the blocks of one launch. Two lanes that write the same bytes in one instruction race, even
 *       with the same value. Tracked by two bytes, the smallest element that kernels here use.
 *   <li>{@code cp.async}: the source is read when the copy is issued, the data lands as late as the program allows, at the
 *       {@code wait_group} that names it; until then the destination belongs to the copy.
 *   <li>Work: warp instructions, mma, shared-memory wavefronts (bank conflicts), 32-byte global sectors; see
 *       {@link io.sparkhood.cuda.emulator.LaunchReport}.
 * </ul>
 *
 * <p><b>Stricter than a device</b>: a barrier, an mma or a shuffle must be met by all running lanes of its warp together, or by
 * those that it names; a thread must have waited for its asynchronous copies before it ends; an integer division by zero is a
 * fault. <b>As lenient as a device</b>: a barrier does not wait for threads that have ended.
 *
 * <p><b>Not modelled</b>: time, occupancy, register pressure; mistakes of the driver's compiler; weak memory ordering beyond
 * the race rules; within a block, a global write after another thread's read; the device's rounding inside an mma (here
 * float32, in the order of k, then the accumulator) and in the approximate functions (here correctly rounded, or nearly so);
 * barriers of a part of the block; atomics; Hopper's asynchronous units; textures; several schedules at once (one adversarial
 * schedule for each seed).
 *
 * <p>A byte of device memory takes two bytes of the heap, and up to six more where launches read and write it.
 */
@org.jspecify.annotations.NullMarked
package io.sparkhood.cuda.emulator;
