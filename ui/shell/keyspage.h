// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QAction;

namespace orrery::ui {

/// Lists every key of the window. Not modal.
class KeysPage : public QDialog
{
    Q_OBJECT
public:
    explicit KeysPage(const QList<QAction *> &actions, QWidget *parent = nullptr);
};

} // namespace orrery::ui
