/** Exact versions, hashes and sizes of every file that the setup downloads for the runtime. */

/**
 * One wheel on PyPI.
 * @typedef {{ name: string, version: string, sha256: string, sizeBytes: number }} Wheel
 *
 * A set of TensorFlow libraries: wheels, or a libtensorflow archive. `keptBytes` is roughly what stays on disk.
 * @typedef {{ version: string, cuda: boolean, keptBytes: number, wheels: Wheel[] }} WheelLibraries
 * @typedef {{ version: string, cuda: false, keptBytes: number, archive: string }} ArchiveLibraries
 * @typedef {WheelLibraries | ArchiveLibraries} Libraries
 */

const tensorflowVersion = '2.21.0'

/** The libraries, and the headers of the C API that the addon includes, as patterns of Python's fnmatch. */
export const wheelMembers = [
  'tensorflow/libtensorflow_cc.*',
  'tensorflow/libtensorflow_framework.*',
  'tensorflow/include/tensorflow/c/*.h',
  'tensorflow/include/tensorflow/core/platform/ctstring*.h',
  'tensorflow/include/tsl/platform/ctstring*.h',
  'tensorflow/include/xla/tsl/c/*.h',
  'nvidia/*/lib/*.so*',
  'nvidia/cuda_nvcc/bin/ptxas',
  'nvidia/cuda_nvcc/nvvm/*',
  'tensorflow/include/LICENSE',
  '*.dist-info/licenses/*',
]

/** @type {Record<string, Wheel>} the CPU build per platform: `tensorflow-cpu` exists for x64 only */
export const cpuWheels = {
  'linux-x64': {
    name: 'tensorflow-cpu',
    version: tensorflowVersion,
    sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
    sizeBytes: 274_000_871,
  },
  'linux-arm64': {
    name: 'tensorflow',
    version: tensorflowVersion,
    sha256: 'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
    sizeBytes: 281_946_471,
  },
  'darwin-arm64': {
    name: 'tensorflow',
    version: tensorflowVersion,
    sha256: '56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712',
    sizeBytes: 223_488_205,
  },
}

/**
 * The CUDA build for Linux on x64 and the packages of its extra `and-cuda`. They are next to each other as in a Python
 * installation, where TensorFlow's run path (`$ORIGIN/../nvidia/…/lib`) and its search for libdevice find them.
 * @type {Wheel[]}
 */
export const cudaWheels = [
  {
    name: 'tensorflow',
    version: tensorflowVersion,
    sha256: 'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
    sizeBytes: 572_611_111,
  },
  {
    name: 'nvidia-cublas-cu12',
    version: '12.9.3.13',
    sha256: 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
    sizeBytes: 581_217_458,
  },
  {
    name: 'nvidia-cuda-cupti-cu12',
    version: '12.9.79',
    sha256: '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f',
    sizeBytes: 10_814_997,
  },
  {
    name: 'nvidia-cuda-nvcc-cu12',
    version: '12.9.86',
    sha256: '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
    sizeBytes: 40_546_229,
  },
  {
    name: 'nvidia-cuda-nvrtc-cu12',
    version: '12.9.86',
    sha256: '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
    sizeBytes: 89_568_129,
  },
  {
    name: 'nvidia-cuda-runtime-cu12',
    version: '12.9.79',
    sha256: '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
    sizeBytes: 3_493_179,
  },
  {
    name: 'nvidia-cudnn-cu12',
    version: '9.28.0.42',
    sha256: '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
    sizeBytes: 716_538_495,
  },
  {
    name: 'nvidia-cufft-cu12',
    version: '11.4.1.4',
    sha256: 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
    sizeBytes: 200_877_592,
  },
  {
    name: 'nvidia-curand-cu12',
    version: '10.3.10.19',
    sha256: '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
    sizeBytes: 68_295_626,
  },
  {
    name: 'nvidia-cusolver-cu12',
    version: '11.7.5.82',
    sha256: '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
    sizeBytes: 338_117_415,
  },
  {
    name: 'nvidia-cusparse-cu12',
    version: '12.5.10.65',
    sha256: '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
    sizeBytes: 366_465_088,
  },
  {
    name: 'nvidia-nccl-cu12',
    version: '2.32.3',
    sha256: 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
    sizeBytes: 351_526_311,
  },
  {
    name: 'nvidia-nvjitlink-cu12',
    version: '12.9.86',
    sha256: 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
    sizeBytes: 39_748_338,
  },
]

/**
 * The tags with which pip finds these wheels from any Python: Stet runs none of their Python code.
 * @type {Record<string, string[]>}
 */
export const wheelPlatforms = {
  'linux-x64': ['2_12', '2_17', '2_25', '2_27'].map((glibc) => `manylinux_${glibc}_x86_64`),
  'linux-arm64': ['manylinux_2_27_aarch64'],
  'darwin-arm64': ['macosx_12_0_arm64'],
}

/**
 * The libtensorflow that @tensorflow/tfjs-node-gpu 4.22 downloads (its scripts/install.js), for machines without Python.
 * Its publisher provides no hashes, so its authenticity rests on the server's certificate.
 * @type {Record<string, { version: string, file: string }>}
 */
export const libtensorflowArchives = {
  'linux-x64': {
    version: '2.9.1',
    file: 'tensorflow/libtensorflow/libtensorflow-cpu-linux-x86_64-2.9.1.tar.gz',
  },
  'linux-arm64': { version: '2.7.0', file: 'tf-builds/libtensorflow_r2_7_linux_arm64.tar.gz' },
  'darwin-x64': {
    version: '2.9.1',
    file: 'tensorflow/libtensorflow/libtensorflow-cpu-darwin-x86_64-2.9.1.tar.gz',
  },
  'darwin-arm64': { version: '2.7.0', file: 'tf-builds/libtensorflow_r2_7_darwin_arm64_cpu.tar.gz' },
}
