"""What this processor can run; compiled for the oldest one, so that asking is always safe."""

cdef extern from *:
    """
    #if (defined(__x86_64__) || defined(_M_X64)) && defined(__GNUC__)
    #include <cpuid.h>
    static int cypool_has_f16c(void) {
        unsigned int a, b, c, d;
        return __get_cpuid(1, &a, &b, &c, &d) && (c >> 29 & 1);
    }
    static int cypool_level(void) {
        __builtin_cpu_init();
        /* The levels by their features: compilers before GCC 12 do not know them by name. */
        int level = 0;
        if (__builtin_cpu_supports("ssse3") && __builtin_cpu_supports("sse4.1") &&
            __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt"))
            level = 2;
        if (level == 2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
            __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
            cypool_has_f16c())
            level = 3;
        if (level == 3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
            __builtin_cpu_supports("avx512vl"))
            level = 4;
        return level;
    }
    #else
    static int cypool_level(void) { return 0; }
    #endif
    """
    int cypool_level() nogil

MACHINE_LEVELS = tuple(f"x86-64-v{level}" for level in range(2, cypool_level() + 1)) + (
    "generic",
)


def supports(str name not None):
    """Tell whether this processor runs code built for the named level."""
    return name in MACHINE_LEVELS
