// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QAction;

namespace orrery::ui {

/// What the middle shows when nothing is open.
class StartPage : public QWidget
{
    Q_OBJECT
public:
    StartPage(QAction *sample, QAction *openTeam, QAction *openJournal, QWidget *parent = nullptr);
};

} // namespace orrery::ui
