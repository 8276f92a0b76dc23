package io.sparkhood.cuda;

import io.sparkhood.cuda.driver.DeviceLimits;
import io.sparkhood.cuda.driver.GpuDriver;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The devices that CUDA shows this process, by their ordinals, and what an address of Spark's resources means among them.
 *
 * <p>An index is nvidia-smi's, which counts all devices of the machine in the order of their PCI bus ids; CUDA counts those that
 * {@code CUDA_VISIBLE_DEVICES} leaves, the fastest first. A process sees one MIG instance at most, the one that
 * {@code CUDA_VISIBLE_DEVICES} names, or in a container {@code NVIDIA_VISIBLE_DEVICES}; the call of the driver that this module
 * can make gives the UUID of the whole GPU, so that the instance is known by these alone.
 *
 * @param devices by ordinal
 * @param environment of this process
 */
record VisibleDevices(List<Visible> devices, Map<String, String> environment) {
    private static final String VISIBLE = "CUDA_VISIBLE_DEVICES";
    private static final String ORDER = "CUDA_DEVICE_ORDER";
    private static final String CONTAINER = "NVIDIA_VISIBLE_DEVICES";
    private static final String MIG = "MIG-";
    private static final Pattern INDEX = Pattern.compile("\\d{1,6}");

    VisibleDevices {
        devices = List.copyOf(devices);
        environment = Map.copyOf(environment);
    }

    /**
     * One device.
     *
     * @param uuid such as {@code GPU-6f9e...}
     * @param pciBusId such as {@code 0000:3B:00.0}
     * @param fit whether the backend can compute on it
     */
    record Visible(String name, String uuid, String pciBusId, boolean fit) {
        PciBusId place() {
            return PciBusId.of(pciBusId)
                    .orElseThrow(() -> new IllegalStateException("the driver's PCI bus id is '" + pciBusId + "'"));
        }
    }

    static VisibleDevices of(GpuDriver driver) {
        List<Visible> devices = IntStream.range(0, driver.deviceCount())
                .mapToObj(ordinal -> new Visible(
                        driver.deviceName(ordinal),
                        driver.uuid(ordinal),
                        driver.pciBusId(ordinal),
                        driver.limits(ordinal).computeCapability() >= DeviceLimits.LEAST_COMPUTE_CAPABILITY))
                .toList();
        return new VisibleDevices(devices, System.getenv());
    }

    /** Addresses of the devices that the backend can compute on, in nvidia-smi's order. */
    List<String> addresses() {
        return inPciOrder().stream()
                .filter(ordinal -> devices.get(ordinal).fit())
                .map(this::address)
                .toList();
    }

    private String address(int ordinal) {
        return migInstance().orElse(devices.get(ordinal).uuid());
    }

    /**
     * The ordinal of the device with an address; an empty one means CUDA's first.
     *
     * @throws IllegalArgumentException if none has it, with those that there are and the cure
     */
    int ordinal(String address) {
        if (address.isEmpty()) {
            return 0;
        }
        if (INDEX.matcher(address).matches()) {
            return ofIndex(address);
        }
        if (migInstance().filter(address::equalsIgnoreCase).isPresent()) {
            return 0;
        }
        Optional<PciBusId> place = PciBusId.of(address);
        return IntStream.range(0, devices.size())
                .filter(ordinal -> devices.get(ordinal).uuid().equalsIgnoreCase(address)
                        || place.equals(Optional.of(devices.get(ordinal).place())))
                .findFirst()
                .orElseThrow(() -> unknown(address, cure(address)));
    }

    private int ofIndex(String address) {
        String visible = variable(VISIBLE);
        if (visible.isEmpty()) {
            List<Integer> ordinals = inPciOrder();
            int index = Integer.parseInt(address);
            if (index >= ordinals.size()) {
                throw unknown(address, cure(address));
            }
            return ordinals.get(index);
        }
        if (devices.size() == 1) {
            return 0; // whoever set the variable chose for this process; the index counts devices that it does not see
        }
        List<String> entries = entries(visible);
        if (!variable(ORDER).equals("PCI_BUS_ID")
                || !entries.stream().allMatch(entry -> INDEX.matcher(entry).matches())) {
            throw unknown(
                    address,
                    "which of them nvidia-smi counts so cannot be told, because " + VISIBLE
                            + " hides others; give UUIDs, as spark.resources.discoveryPlugin=io.sparkhood.ml.GpuDiscovery"
                            + " does, or do not set " + VISIBLE);
        }
        int ordinal = entries.stream().map(Integer::valueOf).toList().indexOf(Integer.valueOf(address));
        if (ordinal < 0 || ordinal >= devices.size()) { // CUDA stops at the first entry that it does not know
            throw unknown(address, cure(address));
        }
        return ordinal;
    }

    /** The MIG instance that this process sees, if it is one and the environment tells. */
    private Optional<String> migInstance() {
        List<String> cuda = entries(variable(VISIBLE));
        List<String> container = entries(variable(CONTAINER));
        Optional<String> named = !cuda.isEmpty() && isMig(cuda.get(0))
                ? Optional.of(cuda.get(0)) // CUDA takes the first instance and no other device
                : container.size() == 1
                        ? Optional.of(container.get(0)).filter(VisibleDevices::isMig)
                        : Optional.empty();
        return named.filter(mig -> devices.size() == 1);
    }

    private static boolean isMig(String address) {
        return address.toUpperCase(Locale.ROOT).startsWith(MIG);
    }

    private List<Integer> inPciOrder() {
        return IntStream.range(0, devices.size())
                .boxed()
                .sorted(Comparator.comparing(ordinal -> devices.get(ordinal).place()))
                .toList();
    }

    private String variable(String name) {
        return environment.getOrDefault(name, "").strip();
    }

    private static List<String> entries(String value) {
        return Arrays.stream(value.split(","))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .toList();
    }

    private static String cure(String address) {
        return isMig(address)
                ? "a process sees one MIG instance: set " + VISIBLE + "=" + address + " for its executor"
                : "see " + VISIBLE
                        + ", and let spark.resources.discoveryPlugin=io.sparkhood.ml.GpuDiscovery find addresses";
    }

    private IllegalArgumentException unknown(String address, String cure) {
        String shown = inPciOrder().stream()
                .map(ordinal -> address(ordinal) + " at " + devices.get(ordinal).pciBusId() + " ("
                        + devices.get(ordinal).name() + ")")
                .collect(Collectors.joining(", "));
        String visible = environment.containsKey(VISIBLE) ? VISIBLE + "=" + variable(VISIBLE) : VISIBLE + " is not set";
        return new IllegalArgumentException("this process sees no GPU with the address '" + address
                + "' that Spark gave its task; it sees " + shown + "; " + visible + "; " + cure);
    }
}
