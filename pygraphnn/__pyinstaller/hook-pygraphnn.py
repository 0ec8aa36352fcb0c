"""What PyInstaller does not see in the imports: data sets, the parts of the page, modules that are imported late."""
from importlib.util import find_spec

from PyInstaller.utils.hooks import collect_data_files, collect_submodules

datas = collect_data_files("pygraphnn", excludes=["csrc"])
hiddenimports = collect_submodules("pygraphnn", filter=lambda name: "__pyinstaller" not in name)
if find_spec("_cffi_backend"):          # which the C kernels need
    hiddenimports.append("_cffi_backend")
