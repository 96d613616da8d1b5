// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/teamfile.h"
#include "core/runtime/teamrun.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

/// Runs of small scripted teams in a folder of their own, and what they tell.
class RunProbe
{
protected:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<orrery::runtime::TeamRun> m_run;
    std::shared_ptr<orrery::runtime::Subscription> m_events;
    std::vector<orrery::EventPtr> m_seen;
    QString m_reason; ///< of the signal at the run's end

    void freshFolder()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_seen.clear();
    }
    void write(const char *name, const orrery::Json &json)
    {
        QFile out(m_folder->filePath(name));
        QVERIFY(out.open(QFile::WriteOnly));
        out.write(QByteArray::fromStdString(json.dump()));
    }
    /// A team file of agents whose models answer from `script`: agent or model name → steps.
    orrery::TeamSpec team(const orrery::Json &script, orrery::Json agents,
                          orrery::Json more = orrery::Json::object())
    {
        orrery::Json parts;
        for (const auto &[name, steps] : script.items())
            parts[name] = {{"steps", steps}};
        write("script.json", {{"agents", parts}});
        for (orrery::Json &agent : agents) {
            if (!agent.contains("model"))
                agent["model"] = "scripted:test";
            agent["script"] = "script.json";
        }
        more["name"] = "Test";
        more["agents"] = std::move(agents);
        write("team.json", more);
        auto spec = orrery::loadTeamFile(m_folder->filePath("team.json").toStdString());
        if (!spec)
            qFatal("%s", spec.error().message.c_str());
        return std::move(*spec);
    }
    void start(orrery::runtime::RunOptions options)
    {
        if (options.task.empty())
            options.task = "Do it.";
        if (options.workspace.empty())
            options.workspace = m_folder->filePath("work").toStdString();
        auto run = orrery::runtime::TeamRun::create(std::move(options));
        QVERIFY2(run.has_value(), run ? "" : run.error().message.c_str());
        m_run = std::move(*run);
        m_events = m_run->bus().subscribe([] {});
        m_run->start();
    }
    /// One agent, `solo`, with these steps, and more of the team file.
    void start(const orrery::Json &steps, orrery::runtime::ApprovalMode approvals,
               orrery::Json more = orrery::Json::object(),
               orrery::Json agent = orrery::Json::object())
    {
        agent["name"] = "solo";
        orrery::runtime::RunOptions options;
        options.team =
            team({{"solo", steps}}, orrery::Json::array({std::move(agent)}), std::move(more));
        options.approvals = approvals;
        start(std::move(options));
    }
    QString end(int timeoutMs = 20000)
    {
        QSignalSpy finished(m_run.get(), &orrery::runtime::TeamRun::finished);
        if (m_run->isActive() && !finished.wait(timeoutMs))
            return QStringLiteral("never ended");
        m_reason = finished.isEmpty() ? QString() : finished.front().at(1).toString();
        const orrery::EventPtr last = latest(orrery::EventKind::RunFinished);
        return last ? QString::fromStdString(last->data["outcome"]) : QString();
    }
    const std::vector<orrery::EventPtr> &seen()
    {
        for (orrery::EventPtr &event : m_events->drain(SIZE_MAX))
            m_seen.push_back(std::move(event));
        return m_seen;
    }
    /// The latest of a kind, of one agent or of any.
    orrery::EventPtr latest(orrery::EventKind kind, const std::string &agent = {})
    {
        seen();
        const auto it = std::find_if(m_seen.rbegin(), m_seen.rend(), [&](const auto &event) {
            return event->kind == kind && (agent.empty() || event->agent == agent);
        });
        return it == m_seen.rend() ? nullptr : *it;
    }
    int count(orrery::EventKind kind, const std::string &agent = {})
    {
        seen();
        return int(std::count_if(m_seen.begin(), m_seen.end(), [&](const auto &event) {
            return event->kind == kind && (agent.empty() || event->agent == agent);
        }));
    }
    /// The event of the message with a tool's result.
    orrery::Json resultOf(const std::string &tool)
    {
        for (const orrery::EventPtr &event : seen())
            if (event->kind == orrery::EventKind::MessageAdded
                && event->data["message"]["role"] == "tool"
                && event->data["message"]["name"] == tool)
                return event->data;
        return orrery::Json::object();
    }
    static orrery::Json call(const char *tool, orrery::Json arguments)
    {
        return {{"text", "I use a tool."},
                {"tool_calls", {{{"name", tool}, {"arguments", std::move(arguments)}}}}};
    }
};
