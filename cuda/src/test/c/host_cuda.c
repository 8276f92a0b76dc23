// libcuda.so.1 in host memory: the calls that CudaDriver makes, with the driver's own signatures and _v2 names, so that JCuda's
// natives can be called without a GPU. One device; streams do everything at once; a launch copies (from, to, bytes) as its
// parameter says, if it is 2 x 3 x 4 blocks of 64 threads and 128 bytes. Environment: HOST_CUDA_VERSION, HOST_CUDA_INIT (a code),
// HOST_CUDA_CAPABILITY (such as 75), HOST_CUDA_FULL (every allocation fails).
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int CUresult;
typedef int CUdevice;
typedef uint64_t CUdeviceptr;
typedef void *Handle;

static int number(const char *name, int otherwise) {
  const char *text = getenv(name);
  return text ? atoi(text) : otherwise;
}

static int live;  // everything made and not given back
static __thread Handle current;

static CUresult make(Handle *handle) {
  if (current == NULL) return 201;  // CUDA_ERROR_INVALID_CONTEXT
  *handle = malloc(16);
  live++;
  return 0;
}

static CUresult give(Handle handle) {
  free(handle);
  live--;
  return 0;
}

CUresult cuDriverGetVersion(int *version) { return *version = number("HOST_CUDA_VERSION", 12040), 0; }

CUresult cuInit(unsigned flags) {
  if (number("HOST_CUDA_VERSION", 12040) < 12000) abort();  // must not be asked
  return number("HOST_CUDA_INIT", 0);
}

CUresult cuGetErrorName(CUresult code, const char **name) {
  *name = code == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : code == 218 ? "CUDA_ERROR_INVALID_PTX" : code == 803 ? "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH" : NULL;
  return *name ? 0 : 1;
}

CUresult cuGetErrorString(CUresult code, const char **text) {
  *text = code == 2 ? "out of memory" : code == 218 ? "a PTX JIT compilation failed" : code == 803 ? "system has unsupported display driver / cuda driver combination" : NULL;
  return *text ? 0 : 1;
}

CUresult cuDeviceGetCount(int *count) { return *count = 1, 0; }
CUresult cuDeviceGet(CUdevice *device, int ordinal) { return *device = 70 + ordinal, ordinal == 0 ? 0 : 101; }
CUresult cuDeviceGetName(char *name, int length, CUdevice device) { return snprintf(name, length, "Host Device"), device == 70 ? 0 : 101; }

// The layout of CUuuid; the driver takes a place of 16 bytes.
CUresult cuDeviceGetUuid(char *uuid, CUdevice device) {
  for (int i = 0; i < 16; i++) uuid[i] = (char)(0xf0 + i);
  return device == 70 ? 0 : 101;
}
CUresult cuDeviceGetPCIBusId(char *id, int length, CUdevice device) { return snprintf(id, length, "0000:3B:00.0"), device == 70 ? 0 : 101; }

CUresult cuDeviceGetAttribute(int *value, int attribute, CUdevice device) {
  int capability = number("HOST_CUDA_CAPABILITY", 90);
  switch (attribute) {  // numbers of CUdevice_attribute in cuda.h
    case 75: *value = capability / 10; break;
    case 76: *value = capability % 10; break;
    case 16: *value = 132; break;
    case 97: *value = 232448; break;
    case 81: *value = 233472; break;
    case 82: *value = 65536; break;
    case 13: *value = 1980000; break;  // kilohertz, as 36
    case 36: *value = 3125000; break;
    case 37: *value = 6144; break;
    default: return 1;
  }
  return device == 70 ? 0 : 101;
}

static char primary[16];
CUresult cuDevicePrimaryCtxRetain(Handle *context, CUdevice device) { return *context = primary, live++, device == 70 ? 0 : 101; }
CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) { return live--, device == 70 ? 0 : 101; }
CUresult cuCtxSetCurrent(Handle context) { return current = context, context == primary ? 0 : 201; }
CUresult cuMemGetInfo_v2(size_t *free_bytes, size_t *total) { return *free_bytes = 5L << 32, *total = 6L << 32, current ? 0 : 201; }

// The options are CU_JIT_ERROR_LOG_BUFFER (5) and its size (6); cuda.h says that values come as pointers or numbers.
CUresult cuModuleLoadDataEx(Handle *module, const void *image, unsigned count, int *options, void **values) {
  if (strncmp(image, ".version", 8) == 0) return make(module);
  for (unsigned i = 0; i < count; i++)
    if (options[i] == 5) strcpy(values[i], "ptxas fatal : nothing but a test");
  return 218;
}
CUresult cuModuleUnload(Handle module) { return give(module); }
CUresult cuModuleGetFunction(Handle *function, Handle module, const char *name) { return *function = module, strcmp(name, "copy") ? 500 : 0; }
CUresult cuFuncSetAttribute(Handle function, int attribute, int value) { return attribute == 8 && value == 128 ? 0 : 1; }

CUresult cuStreamCreate(Handle *stream, unsigned flags) { return flags == 1 ? make(stream) : 1; }
CUresult cuStreamDestroy_v2(Handle stream) { return give(stream); }
CUresult cuStreamSynchronize(Handle stream) { return stream ? 0 : 400; }
CUresult cuEventCreate(Handle *event, unsigned flags) { return flags == 3 ? make(event) : 1; }
CUresult cuEventDestroy_v2(Handle event) { return give(event); }
CUresult cuEventRecord(Handle event, Handle stream) { return event && stream ? 0 : 400; }
CUresult cuEventSynchronize(Handle event) { return event ? 0 : 400; }
CUresult cuStreamWaitEvent(Handle stream, Handle event, unsigned flags) { return stream && event && !flags ? 0 : 400; }

CUresult cuMemAlloc_v2(CUdeviceptr *address, size_t bytes) {
  if (number("HOST_CUDA_FULL", 0)) return 2;
  *address = (CUdeviceptr)aligned_alloc(256, (bytes + 255) / 256 * 256);
  live++;
  return current ? 0 : 201;
}
CUresult cuMemFree_v2(CUdeviceptr address) { return give((void *)address); }
CUresult cuMemHostAlloc(void **memory, size_t bytes, unsigned flags) { return *memory = malloc(bytes), live++, flags == 1 ? 0 : 1; }
CUresult cuMemFreeHost(void *memory) { return give(memory); }
CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from, size_t bytes, Handle stream) { return memcpy((void *)to, from, bytes), stream ? 0 : 400; }
CUresult cuMemcpyDtoHAsync_v2(void *to, CUdeviceptr from, size_t bytes, Handle stream) { return memcpy(to, (void *)from, bytes), stream ? 0 : 400; }

CUresult cuLaunchKernel(Handle function, unsigned x, unsigned y, unsigned z, unsigned tx, unsigned ty, unsigned tz, unsigned shared, Handle stream, void **parameters, void **extra) {
  if (!function || x != 2 || y != 3 || z != 4 || tx != 64 || ty != 1 || tz != 1 || shared != 128 || !stream || extra) return 1;
  uint64_t *parameter = parameters[0];
  memcpy((void *)parameter[1], (void *)parameter[0], parameter[2]);
  return 0;
}

__attribute__((destructor)) static void report(void) { fprintf(stderr, "live: %d\n", live); }
