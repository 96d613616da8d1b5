// SPDX-License-Identifier: GPL-3.0-or-later
// Nothing but the target that the tests' precompiled header belongs to (cmake/OrreryTargets.cmake).
