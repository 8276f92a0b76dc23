"""The peers' side of a measurement: the problems of `profile --standard` and the large ones with PyTorch, in its CSV columns.

    python3 peers.py FILE.csv

flex_attention is compiled, with a block mask of the same neighborhoods; SDPA gets them as a dense mask where that has at most 2^32
elements. Times are of CUDA events around regions of several calls, after a warm-up that includes compilation. The result of
flex_attention is compared with that of SDPA before it is timed.
"""

import csv
import math
import statistics
import sys

import torch
from torch.nn.attention.flex_attention import create_block_mask, flex_attention
from torch.nn.functional import scaled_dot_product_attention

DEVICE = "cuda"
REPEAT = 11
DENSE_MASK_ELEMENTS = 1 << 32

# name, batch, feature map, heads, head dim, kernel size, stride, dilation
STANDARD = [
    ("nat1", 16, (56, 56), 2, 32, (7, 7), 1, 1),
    ("nat2", 16, (28, 28), 4, 32, (7, 7), 1, 1),
    ("nat3", 32, (14, 14), 8, 32, (7, 7), 1, 1),
    ("nat4", 64, (7, 7), 16, 32, (7, 7), 1, 1),
    ("large2d", 1, (128, 128), 4, 64, (13, 13), 1, 1),
    ("dilated", 4, (64, 64), 4, 32, (7, 7), 1, 4),
    ("sequence", 1, (8192,), 4, 64, (255,), 1, 1),
    ("video", 2, (8, 28, 28), 4, 32, (3, 7, 7), 1, 1),
    ("gna", 1, (256, 256), 4, 64, (32, 32), 16, 1),
]
LARGE = [
    ("nat1b128", 128, (56, 56), 2, 32, (7, 7), 1, 1),
    ("long1d", 1, (32768,), 1, 128, (2048,), 1, 1),
    ("flux", 1, (256, 256), 24, 128, (80, 80), 1, 1),
    ("hunyuan", 1, (30, 48, 80), 24, 128, (18, 24, 24), 1, 1),
]


def axis_windows(extent, kernel, stride, dilation):
    """First place of each position's window, inside its dilation group."""
    starts = []
    for position in range(extent):
        group, place = position % dilation, position // dilation
        length = extent // dilation + (1 if group < extent % dilation else 0)
        leader = min(place // stride * stride + stride // 2, length - 1)
        start = max(leader - kernel // 2, 0)
        overhang = leader + (kernel - 1) // 2 - (length - 1)
        starts.append(start - overhang if overhang > 0 else start)
    return torch.tensor(starts, device=DEVICE, dtype=torch.int32)


def visible(feature_map, kernel_size, stride, dilation):
    """mask_mod of flex_attention: whether a query's neighborhood holds a key."""
    starts = [axis_windows(n, k, stride, dilation) for n, k in zip(feature_map, kernel_size)]
    steps = [math.prod(feature_map[axis + 1 :]) for axis in range(len(feature_map))]

    def mask_mod(_batch, _head, query, key):
        seen = True
        for axis, (extent, kernel) in enumerate(zip(feature_map, kernel_size)):
            i = query // steps[axis] % extent
            j = key // steps[axis] % extent
            place = j // dilation
            start = starts[axis][i]
            seen_here = (i % dilation == j % dilation) & (place >= start) & (place < start + kernel)
            seen = seen_here if seen is True else seen & seen_here
        return seen

    return mask_mod


def timed(call):
    """Milliseconds of one call in each region."""
    for _ in range(3):
        call()
    torch.cuda.synchronize()
    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    start.record()
    call()
    end.record()
    torch.cuda.synchronize()
    calls = max(1, min(200, math.ceil(40 / max(start.elapsed_time(end), 1e-3))))
    times = []
    for _ in range(REPEAT):
        start.record()
        for _ in range(calls):
            call()
        end.record()
        torch.cuda.synchronize()
        times.append(start.elapsed_time(end) / calls)
    return times


def measure(problem, dtype, write):
    name, batch, feature_map, heads, head_dim, kernel_size, stride, dilation = problem
    tokens = math.prod(feature_map)
    generator = torch.Generator(DEVICE).manual_seed(20261121)
    shape = (batch, heads, tokens, head_dim)
    query, key, value = (torch.randn(shape, device=DEVICE, generator=generator).to(dtype) for _ in range(3))
    flop = 4.0 * batch * heads * tokens * math.prod(kernel_size) * head_dim
    mask_mod = visible(feature_map, kernel_size, stride, dilation)

    def report(by, call):
        try:
            times = timed(call)
        except Exception as failure:  # a peer that cannot is part of the result
            print(f"{name} {by} {dtype}: {type(failure).__name__}: {str(failure).splitlines()[0][:150]}", flush=True)
            return
        median = statistics.median(times)
        row = [name, by, str(dtype).removeprefix("torch."), "", min(times), median, max(times), flop / median * 1e-6]
        write([f"{cell:.5f}" if isinstance(cell, float) else cell for cell in row] + [""] * 7)
        print(f"{name} {by} {dtype}: {median:.4f} ms, {flop / median * 1e-9:.2f} useful TFLOP/s", flush=True)

    dense = None
    if tokens * tokens <= DENSE_MASK_ELEMENTS:
        index = torch.arange(tokens, device=DEVICE, dtype=torch.int32)
        dense = mask_mod(0, 0, index[:, None], index[None, :])
        report("SDPA-dense-mask", lambda: scaled_dot_product_attention(query, key, value, attn_mask=dense))
    compiled = torch.compile(flex_attention)
    try:
        blocks = create_block_mask(mask_mod, None, None, tokens, tokens, device=DEVICE, _compile=True)
        result = compiled(query, key, value, block_mask=blocks)
        if dense is not None:
            expected = scaled_dot_product_attention(query, key, value, attn_mask=dense)
            worst = (result.float() - expected.float()).abs().max().item()
            print(f"{name} {dtype}: flex_attention and SDPA differ by at most {worst:.2e}", flush=True)
        report("flex_attention", lambda: compiled(query, key, value, block_mask=blocks))
    except Exception as failure:
        print(f"{name} flex_attention {dtype}: {type(failure).__name__}: {str(failure).splitlines()[0][:150]}", flush=True)
    report("SDPA-full", lambda: scaled_dot_product_attention(query, key, value))
    torch._dynamo.reset()


def main(path):
    print(f"PyTorch {torch.__version__}, {torch.cuda.get_device_name()}", flush=True)
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            "problem,backend,dtype,plan,min_ms,median_ms,max_ms,useful_gflops,peak_gflops,peak_fraction,bytes_moved,"
            "flop_bound_speedup,tile_bound_speedup,speedup_over_full_attention,scratch_bytes".split(",")
        )
        for problem in STANDARD + LARGE:
            measure(problem, torch.bfloat16, lambda row: (writer.writerow(row), file.flush()))


if __name__ == "__main__":
    main(sys.argv[1])
