// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

/// `models [--provider P] [--json] [--markdown] [MODEL]`: prints what applies to a provider or model and where it comes from.
/// Returns the exit status; what is wrong is on stderr.
int printModels(const QStringList &arguments);
