// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <QString>

namespace orrery::ui {

enum class FileKind { Team, Journal };

/// What a file that somebody wants to open is, by its first bytes. An error says what it is instead, and what was
/// expected. Reads a little from the disk.
Result<FileKind> fileKindOf(const QString &path);

} // namespace orrery::ui
