// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/testfiles.h"
#include "ui/shell/mainwindow.h"
#include "ui/shell/pulsestrip.h"

#include <QAbstractItemView>
#include <QAction>
#include <QApplication>
#include <QTemporaryDir>
#include <QtTest>

/// A window with a folder of its own, and what one sees in it.
class WindowProbe
{
public:
    WindowProbe()
    {
        orrery::ui::WindowOptions options;
        options.runsFolder = folder.filePath("runs");
        options.version = "test";
        options.settingsFile = folder.filePath("settings.ini");
        window = std::make_unique<orrery::ui::MainWindow>(options);
        window->resize(1600, 1000);
        window->show();
        window->activateWindow();
    }
    template <typename T>
    T *find(const char *name) const
    {
        return window->findChild<T *>(QLatin1String(name));
    }
    int rows(const char *view) const { return find<QAbstractItemView>(view)->model()->rowCount(); }
    /// All that a view shows, a line for each row.
    QString textOf(const char *name) const
    {
        QString text;
        const QAbstractItemModel *model = find<QAbstractItemView>(name)->model();
        for (int row = 0; row < model->rowCount(); ++row) {
            for (int column = 0; column < model->columnCount(); ++column)
                text += model->index(row, column).data().toString() + " | ";
            text += '\n';
        }
        return text;
    }
    QString pulse(const char *item) const
    {
        return window->findChild<orrery::ui::PulseStrip *>()->text(QLatin1String(item));
    }
    void trigger(const char *action) const
    {
        QVERIFY2(find<QAction>(action)->isEnabled(), action);
        find<QAction>(action)->trigger();
    }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) const
    {
        QWidget *target = QApplication::focusWidget();
        QTest::keyClick(target ? target : window.get(), key, modifiers);
    }
    /// Writes a team file and its script; returns the team file.
    QString team(const QByteArray &teamJson, const QByteArray &script,
                 const QString &name = "team.json") const
    {
        orrery::testing::write(folder.filePath(name), teamJson);
        orrery::testing::write(folder.filePath("script.json"), script);
        return folder.filePath(name);
    }

    QTemporaryDir folder;
    std::unique_ptr<orrery::ui::MainWindow> window;
};
