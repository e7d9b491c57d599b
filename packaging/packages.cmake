# SPDX-License-Identifier: GPL-2.0-only
# The Debian packages, by CPack: miglock (the command) and miglock-plugin (the library for the servers). scripts/package makes both.
#
# One package for both servers, as MariaDB's and MySQL's packages have the same plugin_dir (Debian's and the vendors': tests/package/use.sh
# asks the servers) and the file is the same. It depends on no server and on no client library.
set(packaging ${PROJECT_SOURCE_DIR}/packaging)

# What only a package has, and "cmake --install" where it is told the component.
foreach(part IN ITEMS cli plugin)
  set(doc ${CMAKE_INSTALL_DATADIR}/doc/miglock)
  if(part STREQUAL "plugin")
    string(APPEND doc -plugin)
  endif()
  install(FILES ${packaging}/copyright ${packaging}/changelog DESTINATION ${doc} COMPONENT ${part} EXCLUDE_FROM_ALL)
endforeach()
# Laid out as here, so that the links in them work.
install(FILES ${PROJECT_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/miglock COMPONENT cli EXCLUDE_FROM_ALL)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs ${PROJECT_SOURCE_DIR}/contrib DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/miglock
  COMPONENT cli EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PROJECT_CONFIG_FILE ${packaging}/time.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${packaging}/stage.cmake)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL)
if(MIGLOCK_CLI)
  list(APPEND CPACK_COMPONENTS_ALL cli)
endif()
# A library for MySQL alone would be another package under the same name.
if(MIGLOCK_PLUGIN AND MARIADB_SERVER_INCLUDE_DIR AND MARIADB_SERVICES_LIBRARY)
  list(APPEND CPACK_COMPONENTS_ALL plugin)
endif()

set(MIGLOCK_MAINTAINER "miglock maintainers <maintainers@miglock.example>" CACHE STRING "Maintainer of the packages: NAME <ADDRESS>")
set(CPACK_PACKAGE_CONTACT ${MIGLOCK_MAINTAINER})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # would go before the descriptions below, whose first lines are the summaries
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

# Two packages of the command with different needs are told apart by their versions.
if(MIGLOCK_CLIENT STREQUAL "mysql")
  set(CPACK_DEBIAN_PACKAGE_VERSION ${PROJECT_VERSION}+mysql)
endif()
set(CPACK_DEBIAN_CLI_PACKAGE_NAME miglock)
set(CPACK_DEBIAN_CLI_PACKAGE_SUGGESTS miglock-plugin)
set(CPACK_DEBIAN_CLI_DESCRIPTION "who holds a schema-migration lock, and a safe release
A schema migration says \"locked\": miglock tells who holds the lock on a
MySQL or MariaDB server, whether that holder is still there, and releases it
without hurting a migration that is really running. It knows the locks of
Rails, Ghost, knex, Liquibase, Flyway, Prisma, golang-migrate and others, and
any GET_LOCK() name.
.
This is the command. It needs nothing on the server, and sees more where the
package miglock-plugin is installed.")

set(CPACK_DEBIAN_PLUGIN_PACKAGE_NAME miglock-plugin)
set(CPACK_DEBIAN_PLUGIN_PACKAGE_RECOMMENDS miglock)
set(CPACK_DEBIAN_PLUGIN_PACKAGE_ENHANCES "mariadb-server, mysql-server, virtual-mysql-server")
set(CPACK_DEBIAN_PLUGIN_PACKAGE_CONTROL_EXTRA ${packaging}/prerm)
set(CPACK_DEBIAN_PLUGIN_DESCRIPTION "schema-migration locks as SQL functions of MySQL and MariaDB
SELECT miglock_status('rails:shop') tells who holds a schema-migration lock
and whether that holder is still there; miglock_release() releases it without
hurting a migration that is really running.
.
This is the library for MySQL 8 and 9 and for MariaDB, in the plugin
directory of both. Installing it changes no server: \"miglock install\", of
the package miglock, puts the functions into one, and \"miglock uninstall\"
takes them out, which is to be done before this package is removed.")
include(CPack)
