# SPDX-License-Identifier: Apache-2.0
# find_package(flapjack): libraries, headers and the package files.
