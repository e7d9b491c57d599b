# SPDX-License-Identifier: GPL-2.0-only
# Run by cpack on the files of each package before it packs them: what Debian wants otherwise than "cmake --install" has it.
file(GLOB compressed ${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/man/man*/*.[1-9]
  ${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/doc/*/changelog)
foreach(file IN LISTS compressed)
  execute_process(COMMAND gzip -9n -- ${file} COMMAND_ERROR_IS_FATAL ANY)
endforeach()

# zsh of Debian reads site-functions below /usr/local only.
file(GLOB site ${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/zsh/site-functions)
foreach(directory IN LISTS site)
  cmake_path(GET directory PARENT_PATH parent)
  file(RENAME ${directory} ${parent}/vendor-completions)
endforeach()
