"""Compile the kernels, once for each x86-64 level and once on any other machine."""

import gc
import os
import platform
import tempfile
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools._distutils.ccompiler import new_compiler
from setuptools._distutils.sysconfig import customize_compiler
from setuptools.command.build_ext import build_ext
from setuptools.errors import CompileError, LinkError

# Compilers split 512-bit vectors in two unless told otherwise, and v4 would be no faster than v3.
LEVELS = {
    "v4": ("x86-64-v4", ["-march=x86-64-v4", "-mprefer-vector-width=512"]),
    "v3": ("x86-64-v3", ["-march=x86-64-v3"]),
    "v2": ("x86-64-v2", ["-march=x86-64-v2"]),
}
# One source a family of functions: they compile side by side, and a call loads only what it needs.
FAMILIES = ["_kernels", "_ranks", "_scatters", "_selections", "_tables"]
# What GCC's -O3 has and loops gain from; all of it would take 40 % longer to compile.
OPTIMIZATION = ["-O2", "-ftree-vectorize", "-fvect-cost-model=dynamic"]
OPTIMIZATION += ["-funswitch-loops", "-fipa-cp-clone"]
# `-ffp-contract=off` keeps the levels equal bit for bit. Nothing of `-ffast-math` may join these:
# without trapping math or signed zeros GCC turns blends into branches, 20 times slower. Warnings of
# generated C tell nothing, and take a sixth of the time.
FLAGS = ["-g0", "-Wno-all", "-fno-math-errno", "-ffp-contract=off", "-fvisibility=hidden"]
DIRECTIVES = {"language_level": 3, "cdivision": True, "freethreading_compatible": True}
DIRECTIVES |= dict.fromkeys(["binding", "boundscheck", "initializedcheck", "wraparound"], False)
DIRECTIVES["warn.unreachable"] = False  # each type of a fused function takes some of its branches
DIRECTIVES["emit_code_comments"] = False  # the sources again and again, 60 % of the C
# Cython copies millions of nodes and drops few: collecting was a third of the time to translate.
# Here, so that the processes that translate do it too, however they start.
gc.disable()
PROGRAM = "int main(void) { return 0; }\n"
OPENMP_PROGRAM = "#include <omp.h>\nint main(void) { return omp_get_max_threads() < 1; }\n"


def links(program, flags):
    """Whether the compiler that will build the extensions makes an executable of `program`."""
    compiler = new_compiler()
    customize_compiler(compiler)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "probe.c")
        source.write_text(program)
        try:
            objects = compiler.compile([str(source)], folder, extra_postargs=flags)
            compiler.link_executable(objects, f"{folder}/probe", extra_postargs=flags)
        except (CompileError, LinkError, OSError):
            return False
    return True


def openmp_flags():
    """The flags for OpenMP, or none where it is missing or CYPOOL_NO_OPENMP is set."""
    if not os.environ.get("CYPOOL_NO_OPENMP") and links(OPENMP_PROGRAM, ["-fopenmp"]):
        return ["-fopenmp"]
    print("cypool: building without OpenMP, so every call will run on one thread")
    return []


def levels():
    """The levels to build: all that there are, or those that CYPOOL_LEVELS names."""
    if platform.machine().lower() in {"x86_64", "amd64"}:
        names = os.environ.get("CYPOOL_LEVELS", " ".join(LEVELS)).split()
        wanted = {name: LEVELS[name] for name in names}
        if all(links(PROGRAM, flags) for _, flags in wanted.values()):
            return wanted
    return {"generic": ("generic", [])}


def extensions():
    """The detection of the CPU, for any CPU, and the kernels of every level."""
    shared = {"include_dirs": ["pyx"], "depends": sorted(map(str, Path("pyx").glob("*.[ph]*")))}
    openmp = openmp_flags()
    common = [*(OPTIMIZATION if links(PROGRAM, OPTIMIZATION) else ["-O3"]), *FLAGS]
    yield Extension("cypool._cpu", ["pyx/_cpu.pyx"], extra_compile_args=common, **shared)
    for level, (isa, flags) in levels().items():
        for stem in FAMILIES:
            yield Extension(
                f"cypool.{stem}_{level}",
                [f"pyx/{stem}.pyx"],
                define_macros=[("CYPOOL_ISA_NAME", f'"{isa}"')],
                extra_compile_args=[*common, *flags, *openmp],
                extra_link_args=[*openmp, "-lm"],
                **shared,
            )


class BuildLevels(build_ext):
    """Translates a source once, which takes long, and compiles it under each module's name."""

    def build_extensions(self):
        options = {"include_path": ["pyx"], "compiler_directives": DIRECTIVES, "force": self.force}
        sources = {Path(source) for ext in self.extensions for source in ext.sources}
        modules = [Extension(f"cypool.{source.stem}", [str(source)]) for source in sources]
        cythonize(modules, build_dir="build/cython", nthreads=os.cpu_count(), **options)
        for ext in self.extensions:
            stem, name = Path(ext.sources[0]).stem, ext.name.rpartition(".")[2]
            alias = Path(f"build/cython/{name}.c")
            if not alias.exists():
                alias.write_text(f'#define PyInit_{stem} PyInit_{name}\n#include "pyx/{stem}.c"\n')
            ext.sources = [str(alias)]
        super().build_extensions()


if __name__ == "__main__":  # not in the processes that translate, where they start anew
    setup(
        ext_modules=list(extensions()),
        cmdclass={"build_ext": BuildLevels},
        options={"build_ext": {"parallel": os.cpu_count()}},
    )
