// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace orrery::ui {

/// Some scores from 0 to 1, each with its name, a bar and the number.
class Meters : public QWidget
{
    Q_OBJECT
public:
    struct Meter {
        QString name;
        double value = 0;
        QString tip; ///< what the score means
    };
    explicit Meters(QWidget *parent = nullptr);
    void setMeters(QList<Meter> meters);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {120, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent *event) override;
    bool event(QEvent *event) override;

private:
    QRectF cell(int meter) const;
    QList<Meter> m_meters;
};

} // namespace orrery::ui
