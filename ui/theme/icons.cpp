// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/icons.h"

#include <QGuiApplication>
#include <QHash>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QSvgRenderer>

#include <map>

namespace orrery::ui {
namespace {

/// Bodies of 24 × 24 drawings; strokes are 2 wide with round ends. `#f` marks a shape that is filled.
const std::map<QString, QByteArray> &bodies()
{
    static const std::map<QString, QByteArray> all = {
        {"run", "<path #f d='M7 4.5v15l12-7.5z'/>"},
        {"pause", "<path #f d='M6.5 5h4v14h-4zM13.5 5h4v14h-4z'/>"},
        {"stop", "<path d='M6 6h12v12H6z'/>"},
        {"stop-now", "<path #f d='M6 6h12v12H6z'/>"},
        {"open", "<path d='M3 18V6h6l2 2h9v3M3 18l3-7h16l-3 7z'/>"},
        {"folder", "<path d='M3 6h6l2 2h10v11H3z'/>"},
        {"theme", "<circle cx='12' cy='12' r='8'/><path #f d='M12 4a8 8 0 0 1 0 16z'/>"},
        {"idle", "<circle cx='12' cy='12' r='7'/>"},
        {"thinking",
         "<path #f d='M12 3l2.2 6.8L21 12l-6.800 2.200L12 21l-2.200-6.800L3 12l6.800-2.200z'/>"},
        {"tool",
         "<path d='M4 20l7.500-7.500M20.300 6.200l-3.300 3.300l-2.500-2.500l3.300-3.300a5 5 0 1 0 "
         "2.500 2.500z'/>"},
        {"file", "<path d='M6 3h8l4 4v14H6zM14 3v4h4'/>"},
        {"terminal", "<path d='M3 5h18v14H3zM7 9.500l3 2.500l-3 2.500M12.500 15h4'/>"},
        {"unlock", "<path d='M5 11h14v9H5zM8 11V7a4 4 0 0 1 7.500-2'/>"},
        {"discovery",
         "<path d='M9.500 17c0-2-3.500-3.500-3.500-7a6 6 0 0 1 12 0c0 3.500-3.500 5-3.500 "
         "7zM10 21h4'/>"},
        {"broadcast", "<path d='M4 10v4h3l7 4V6l-7 4zM17.500 9a4.500 4.500 0 0 1 0 6'/>"},
        {"approval", "<path d='M8 12V5.500a1.500 1.500 0 0 1 3 0V11V4a1.500 1.500 0 0 1 3 "
                     "0v7V6a1.500 1.500 0 0 1 3 0v8"
                     "c0 4-2 7-5.500 7S6 18.500 4.500 15c-.7-1.600 1-2.600 2-1.500z'/>"},
        {"rate",
         "<path d='M6 3h12M6 21h12M7 3c0 5 4 6 5 9c-1 3-5 4-5 9M17 3c0 5-4 6-5 9c1 3 5 4 5 9'/>"},
        {"lock", "<path d='M5 11h14v9H5zM8 11V8a4 4 0 0 1 8 0v3'/>"},
        {"paused", "<circle cx='12' cy='12' r='9'/><path d='M10 9v6M14 9v6'/>"},
        {"done", "<path d='M4.500 12.500l5 5L19.500 7'/>"},
        {"stopped", "<path #f d='M7 7h10v10H7z'/>"},
        {"failed", "<path d='M6 6l12 12M18 6L6 18'/>"},
        {"crashed", "<path #f d='M13.500 2L5 13.500h6L9.500 22L19 10h-6.500z'/>"},
        {"search", "<circle cx='10.500' cy='10.500' r='6.500'/><path d='M15.500 15.500L21 21'/>"},
        {"chevron-down", "<path d='M5 9l7 7l7-7'/>"},
        {"message", "<path d='M4 5h16v11H11l-5 4v-4H4z'/>"},
        {"memory", "<ellipse cx='12' cy='6' rx='7' ry='3'/><path d='M5 6v12c0 1.700 3 3 7 "
                   "3s7-1.300 7-3V6M5 12c0 1.700"
                   " 3 3 7 3s7-1.300 7-3'/>"},
        {"edit", "<path d='M4 20l1-5L16 4l4 4L9 19zM13.500 6.500l4 4'/>"},
        {"warning", "<path d='M12 3.500L22 20.500H2zM12 10v5M12 17.600v.4'/>"},
        {"info", "<circle cx='12' cy='12' r='9'/><path d='M12 11v6M12 7v.4'/>"},
        {"close", "<path d='M6 6l12 12M18 6L6 18'/>"},
        {"claims",
         "<path d='M3 6h10M8 12h13M3 18h7'/><path #f d='M3 4.500h6v3H3zM14 10.500h6v3h-6z'/>"},
        {"limits", "<path d='M3 20h18M4 16l5-6l4 3l7-9M3 5h8'/>"},
        {"team", "<circle cx='9' cy='8' r='3.500'/><path d='M2.500 20c.5-4 3-6 6.500-6s6 2 6.500 "
                 "6M15.500 5a3.500 3.500 0 0 1 0 "
                 "6.500M18 14.500c2 .8 3.200 2.700 3.500 5.500'/>"},
        {"events", "<path d='M8 6h13M8 12h13M8 18h13M3.500 6h.5M3.500 12h.5M3.500 18h.5'/>"},
        {"knowledge", "<path d='M4 4.500h6.500A1.500 1.500 0 0 1 12 6v14a2 2 0 0 0-2-2H4zM20 "
                      "4.500h-6.500A1.500 1.500 0 0 0 12 6v14a2 2 0 0 1 2-2h6z'/>"},
        {"decisions", "<circle cx='12' cy='5' r='2.500'/><circle cx='5.500' cy='19' r='2.500'/>"
                      "<circle cx='18.500' cy='19' r='2.500'/><path d='M12 7.500v4M5.500 "
                      "16.500c0-3.500 6.500-2 6.500-5M18.500 16.500c0-3.500-6.500-2-6.500-5'/>"},
        {"back", "<path d='M20 12H5M11 5l-7 7l7 7'/>"},
        {"float", "<path d='M9 4h11v11M4 9h11v11H4z'/>"},
        {"live", "<circle #f cx='12' cy='12' r='5'/>"},
        {"orrery", "<circle #f cx='12' cy='12' r='2.600'/><circle cx='12' cy='12' r='6' "
                   "stroke-width='1.200'/><circle cx='12' cy='12' r='10' stroke-width='1.200'/>"
                   "<circle #f cx='16.200' cy='7.800' r='2'/><circle #f cx='3.800' cy='17.700' "
                   "r='2.200'/>"},
    };
    return all;
}

class ThemedIconEngine : public QIconEngine
{
public:
    explicit ThemedIconEngine(QString name) : m_name(std::move(name)) {}

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State) override
    {
        // A little narrower than its place, so that words beside it keep their distance.
        const QRect place = rect.adjusted(0, 1, -2, -1);
        const auto group = mode == QIcon::Disabled ? QPalette::Disabled : QPalette::Active;
        drawIcon(*painter, place, m_name,
                 QGuiApplication::palette().color(group, QPalette::ButtonText));
    }
    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(0, 0), size), mode, state);
        return pixmap;
    }
    QIconEngine *clone() const override { return new ThemedIconEngine(m_name); }

private:
    QString m_name;
};

} // namespace

QStringList iconNames()
{
    QStringList names;
    for (const auto &[name, body] : bodies())
        names << name;
    return names;
}

QPixmap iconPixmap(const QString &name, int size, const QColor &color, qreal ratio)
{
    const QString key =
        QStringLiteral("orrery/%1/%2/%3/%4").arg(name).arg(size).arg(color.rgba()).arg(ratio);
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap))
        return pixmap;
    const auto body = bodies().find(name);
    pixmap = QPixmap(QSize(size, size) * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    if (body != bodies().end()) {
        const QByteArray shade = color.name().toLatin1();
        QByteArray svg =
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'><g fill='none' stroke='"
            + shade + "' stroke-width='2' stroke-linecap='round' stroke-linejoin='round' opacity='"
            + QByteArray::number(color.alphaF()) + "'>" + body->second + "</g></svg>";
        svg.replace("#f ", "fill='" + shade + "' ");
        QSvgRenderer renderer(svg);
        QPainter painter(&pixmap);
        painter.setRenderHint(QPainter::Antialiasing);
        renderer.render(&painter, QRectF(0, 0, size, size));
    }
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

QString toolIcon(const QString &tool)
{
    static const QHash<QString, QString> known = {{"read_file", "file"},
                                                  {"write_file", "edit"},
                                                  {"edit_file", "edit"},
                                                  {"glob", "folder"},
                                                  {"grep", "search"},
                                                  {"bash", "terminal"},
                                                  {"claim_region", "lock"},
                                                  {"extend_claim", "lock"},
                                                  {"release_region", "unlock"},
                                                  {"share_discovery", "discovery"},
                                                  {"peer_message", "message"},
                                                  {"broadcast_message", "broadcast"},
                                                  {"list_team", "team"},
                                                  {"remember", "memory"},
                                                  {"recall", "memory"},
                                                  {"forget", "memory"},
                                                  {"add_goal", "decisions"},
                                                  {"record_decision", "decisions"},
                                                  {"record_outcome", "decisions"},
                                                  {"update_decision", "decisions"},
                                                  {"supersede_decision", "decisions"},
                                                  {"query_decisions", "decisions"}};
    if (tool.startsWith(QLatin1String("kb_")))
        return QStringLiteral("knowledge");
    return known.value(tool, QStringLiteral("tool"));
}

void drawIcon(QPainter &painter, const QRectF &rect, const QString &name, const QColor &color)
{
    const qreal ratio = painter.device() ? painter.device()->devicePixelRatioF() : 1.0;
    const int size = qRound(std::min(rect.width(), rect.height()));
    const QPointF corner(rect.center().x() - size / 2.0, rect.center().y() - size / 2.0);
    painter.drawPixmap(corner.toPoint(), iconPixmap(name, size, color, ratio));
}

QIcon themedIcon(const QString &name) { return QIcon(new ThemedIconEngine(name)); }

} // namespace orrery::ui
