// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcess>
#include <QStringList>

namespace orrery::testing {

struct ProgramOutcome {
    int code = -1; ///< exit status; -1 = it crashed or did not end within a minute
    QByteArray out;
    QByteArray err;
};

/// Runs the built `orrery-cli` to its end.
inline ProgramOutcome runCli(const QStringList &arguments, const QByteArray &input = {})
{
    QProcess process;
    process.start(QStringLiteral(ORRERY_BIN_DIR "/orrery-cli"), arguments);
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished(60000) || process.exitStatus() != QProcess::NormalExit)
        return {};
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

} // namespace orrery::testing
