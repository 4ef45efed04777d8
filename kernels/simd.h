/* Wider vectors where the processor has them. */
#ifndef EK_SIMD_H
#define EK_SIMD_H

/* Before a function: compiles it once more for AVX2 and picks at load time. Results stay the same to the
 * bit: AVX2 alone brings no fused multiply-add, and the compiler may not reorder sums. Only where the
 * loader can pick (glibc on x86-64), and not under sanitizers, which the loader's pick comes too early for.
 * */
#if defined(__x86_64__) && defined(__linux__) && defined(__has_attribute) &&                               \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if __has_attribute(target_clones) && !defined(__clang__)
#define EK_WIDE __attribute__((target_clones("avx2", "default")))
#endif
#endif
#ifndef EK_WIDE
#define EK_WIDE
#endif

/* Before a function that a wide one calls: it must become part of the caller, or it stays narrow. */
#define EK_INLINE inline __attribute__((always_inline))

/* clang warns where it does not follow an `omp simd`, as with sanitizers or little optimisation: slower,
 * not wrong. */
#ifdef __clang__
#pragma clang diagnostic ignored "-Wpass-failed"
#endif

#endif
