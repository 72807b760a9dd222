// Philox4x32-10 (Salmon et al. 2011): four random words from a counter and a key, with no state.
// Shared by host and CUDA kernels so that a dropout mask has the same bits everywhere.
#pragma once

#if defined(__CUDACC__)
#define CHLADNI_BOTH __host__ __device__ __forceinline__
#else
#define CHLADNI_BOTH static inline __attribute__((always_inline))
#endif

// c: counter in, words out; k0, k1: key.
CHLADNI_BOTH void chl_philox4x32_10(unsigned &c0, unsigned &c1, unsigned &c2, unsigned &c3,
                                    unsigned k0, unsigned k1) {
#pragma GCC unroll 10
  for (int round = 0; round < 10; ++round) {
    unsigned long long p0 = (unsigned long long)0xD2511F53u * c0;
    unsigned long long p1 = (unsigned long long)0xCD9E8D57u * c2;
    unsigned h0 = (unsigned)(p0 >> 32), l0 = (unsigned)p0;
    unsigned h1 = (unsigned)(p1 >> 32), l1 = (unsigned)p1;
    c0 = h1 ^ c1 ^ k0;
    c1 = l1;
    c2 = h0 ^ c3 ^ k1;
    c3 = l0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
}

// A word as a number in [0, 1) with 24 bits.
CHLADNI_BOTH float chl_unit(unsigned word) { return (float)(word >> 8) * 0x1p-24f; }
