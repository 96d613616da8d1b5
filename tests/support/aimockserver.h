// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <QDir>
#include <QElapsedTimer>
#include <QProcess>
#include <QStandardPaths>

namespace orrery::testing {

/// An OpenAI-compatible server that other people wrote (tests/integration/aimock/README.md), on a free port of
/// loopback, for as long as this lives.
class AimockServer
{
public:
    ~AimockServer() { stop(); }

    /// Why it cannot run here; empty when it can.
    static QString missing()
    {
        if (QStandardPaths::findExecutable(QStringLiteral("node")).isEmpty())
            return QStringLiteral("skipped: node is not installed (apt-get install nodejs npm)");
        if (!QDir(folder() + QStringLiteral("/node_modules/@copilotkit/aimock")).exists())
            return QStringLiteral("skipped: run (cd tests/integration/aimock && npm install "
                                  "--no-audit --no-fund)");
        return {};
    }

    /// With the path of a script, it also plays the agents of that script.
    bool start(const QString &script = {})
    {
        m_process.setWorkingDirectory(folder());
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        QStringList arguments{QStringLiteral("server.mjs")};
        if (!script.isEmpty())
            arguments << script;
        m_process.start(QStringLiteral("node"), arguments);
        const Json hello = readLine();
        if (!hello.is_object() || !hello.contains("url"))
            return false;
        m_url = hello["url"].get<std::string>();
        return true;
    }

    void stop()
    {
        if (m_process.state() == QProcess::NotRunning)
            return;
        m_process.closeWriteChannel();
        if (!m_process.waitForFinished(5000))
            m_process.kill();
        m_process.waitForFinished(5000);
    }

    const std::string &url() const { return m_url; }

    /// `{open, cutOff, lastClosedMs}`: the server's sockets, and the answers whose client went too early, as it sees them.
    Json connections()
    {
        m_process.write("?\n");
        m_process.waitForBytesWritten();
        return readLine();
    }

private:
    static QString folder()
    {
        return QStringLiteral(ORRERY_SOURCE_DIR "/tests/integration/aimock");
    }

    Json readLine()
    {
        QElapsedTimer timer;
        timer.start();
        while (!m_process.canReadLine() && timer.elapsed() < 20000
               && m_process.state() != QProcess::NotRunning)
            m_process.waitForReadyRead(200);
        const QByteArray line = m_process.readLine();
        return Json::parse(line.begin(), line.end(), nullptr, false);
    }

    QProcess m_process;
    std::string m_url;
};

} // namespace orrery::testing
