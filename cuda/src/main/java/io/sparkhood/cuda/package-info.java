/**
 * The cuda backend: one CUDA device of this process behind the interface of all backends.
 *
 * <pre>
 * CudaBackendProvider    is there a device, and which one?        driver.Availability, VisibleDevices
 * CudaBackend            one device                               Device (LoadedModules, LaneTurns), two MemoryPools
 *   CudaPlan             an operator made ready                   LaunchPlan (how), PreparedOperators (constants on the device)
 *   CudaLane             one task's ordered work                  LaneResources: three OrderedStreams, DeviceBlocks
 *     CudaTensor         device memory with its host side         DeviceBlock, PinnedMemory, PinnedStaging
 * </pre>
 *
 * <p>Every call of the driver goes through {@code Device}, which sets the context of the calling thread, turns lack of memory
 * into {@link io.sparkhood.backend.OutOfDeviceMemoryException}, and an error that leaves the context in ruins into a
 * {@link io.sparkhood.backend.DeviceLostException}, as is every call from then on. Memory is given back only when the streams that use it are known to be past it; what is forgotten is freed by a
 * {@code Backstop}, with a warning.
 */
@org.jspecify.annotations.NullMarked
package io.sparkhood.cuda;
