// Draws the charts in the colours of the theme, again whenever the theme changes, and then says on <html> what came of it.
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var holders = Array.prototype.slice.call(document.querySelectorAll("[data-chart]"));
  var source = document.getElementById("charts");
  var options = source ? JSON.parse(source.textContent) : [];
  var charts = [];
  var palette = ["#4269d0", "#e07b27", "#3ca951", "#d6455d", "#8f62d9", "#29a0a8", "#c79a10", "#d970b3", "#8a6346", "#7f8794"];

  var ramp = ["#5e4fc4", "#2f86d6", "#1fa187", "#8fae1f", "#e58f2a", "#d6455d"];

  // The colour of a value on a scale, between those of the ramp.
  function shade(scale, value) {
    var at = Math.min(1, Math.max(0, (value - scale.min) / (scale.max - scale.min || 1))) * (ramp.length - 1);
    var i = Math.min(ramp.length - 2, Math.floor(at));
    return "#" + [1, 3, 5].map(function (k) {
      var a = parseInt(ramp[i].substr(k, 2), 16), b = parseInt(ramp[i + 1].substr(k, 2), 16);
      return ("0" + Math.round(a + (b - a) * (at - i)).toString(16)).slice(-2);
    }).join("");
  }

  Array.prototype.forEach.call(document.querySelectorAll(".ramp"), function (bar) {
    bar.style.background = "linear-gradient(to right, " + ramp.join(", ") + ")";
  });

  function css(name) {
    return getComputedStyle(root).getPropertyValue(name).trim();
  }

  // Four significant digits, with a power of ten where that is shorter.
  function number(value) {
    if (typeof value !== "number" || value === 0) { return String(value); }
    var size = Math.abs(value);
    if (Number.isInteger(value) && size < 1e6) { return value.toLocaleString("en-US"); }
    var text = size < 1e-3 || size >= 1e6 ? value.toExponential(2) : String(+value.toPrecision(4));
    return text.replace(/e\+?(-?\d+)$/, " · 10^$1").replace(/-/g, "−");
  }

  function power(value) {
    var exponent = Math.round(Math.log10(value));
    if (exponent >= -2 && exponent <= 4) { return number(value); }
    var raised = String(exponent).replace(/./g, function (c) {
      return c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[+c];
    });
    return "10" + raised;
  }

  function escape(text) {
    return String(text).replace(/[&<>"]/g, function (c) {
      return { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }[c];
    });
  }

  function axis(given, horizontal) {
    var line = css("--line"), soft = css("--soft");
    var out = Object.assign({}, given, {
      nameLocation: horizontal ? "middle" : "end",
      nameGap: horizontal ? 28 : 14,
      nameTextStyle: { color: soft, align: horizontal ? "center" : "left", padding: horizontal ? 0 : [0, 0, 0, -28] },
      axisLine: { show: horizontal, onZero: false, lineStyle: { color: line } },
      axisTick: { show: false },
      axisLabel: { color: soft, hideOverlap: true },
      splitLine: { show: !horizontal, lineStyle: { color: line, opacity: 0.6 } }
    });
    if (given.type === "log") {
      out.axisLabel.formatter = power;
    } else if (given.type === "value") {
      out.axisLabel.formatter = number;
      if (given.min === undefined) { out.scale = true; }
    }
    return out;
  }

  function sprite(sheet, index) {
    var zoom = Math.max(1, Math.round(84 / sheet.width));
    var w = sheet.width * zoom, h = sheet.height * zoom;
    return '<div class="sprite" style="width:' + w + "px;height:" + h + "px;background-image:url(" + sheet.uri +
      ");background-size:" + sheet.columns * w + "px auto;background-position:-" + (index % sheet.columns) * w + "px -" +
      Math.floor(index / sheet.columns) * h + 'px"></div>';
  }

  function pointTip(option) {
    return function (point) {
      var at = point.value;
      if (at.length > 3) {
        var scale = option.shade;
        return "<b>" + escape(option.labels[at[3]]) + "</b><br>" +
          (scale ? escape(scale.name) + "&ensp;" + number(at[2]) : escape(point.seriesName)) +
          "<br>" + number(at[0]) + ", " + number(at[1]);
      }
      var picture = option.sprites && at.length > 2 ? sprite(option.sprites, at[2]) : "";
      return picture + "<b>" + escape(point.seriesName) + "</b><br>" + number(at[0]) + ", " + number(at[1]);
    };
  }

  function axisTip(points) {
    var first = points[0];
    var head = first.axisType === "xAxis.category" ? first.axisValueLabel : number(first.axisValue);
    return "<b>" + escape(head) + "</b>" + points.map(function (p) {
      return "<br>" + p.marker + escape(p.seriesName) + "&ensp;" + number(p.value[1]);
    }).join("");
  }

  function themed(option) {
    var ink = css("--ink"), soft = css("--soft"), panel = css("--panel"), line = css("--line");
    var scatter = option.series.some(function (s) { return s.type === "scatter"; });
    var named = option.series.filter(function (s) { return s.name; });
    return {
      animation: false,
      color: palette,
      textStyle: { fontFamily: css("--font"), color: ink },
      grid: { left: 8, right: 18, top: named.length > 1 ? 62 : 34, bottom: 34, containLabel: true },
      legend: {
        show: named.length > 1, type: "scroll", top: 0, left: 0, itemWidth: 16, itemHeight: 9,
        textStyle: { color: ink }, inactiveColor: line, pageTextStyle: { color: soft },
        pageIconColor: soft, pageIconInactiveColor: line,
        data: named.map(function (s) { return s.name; })
      },
      tooltip: {
        trigger: scatter ? "item" : "axis", confine: true, backgroundColor: panel, borderColor: line,
        textStyle: { color: ink, fontSize: 13 },
        formatter: scatter ? pointTip(option) : axisTip
      },
      xAxis: axis(option.xAxis, true),
      yAxis: axis(option.yAxis, false),
      series: option.series.map(function (s) {
        var out = Object.assign({ symbol: "circle", symbolSize: 5 }, s);
        if (s.type === "scatter") { out.itemStyle = { opacity: 0.75 }; }
        if (s.type === "scatter" && option.shade) {
          out.itemStyle.color = function (point) { return shade(option.shade, point.value[2]); };
        }
        if (s.type === "bar") { out.itemStyle = { borderRadius: 2 }; out.barMaxWidth = 28; }
        if (s.markLine) {
          out.markLine = Object.assign({
            symbol: "none", silent: true, lineStyle: { color: soft, type: "dotted" },
            label: { formatter: "{b}", color: soft, position: "insideEndTop", distance: 4 }
          }, s.markLine);
        }
        return out;
      })
    };
  }

  function draw() {
    charts.forEach(function (chart) { chart.dispose(); });
    charts = holders.map(function (holder) {
      var chart = echarts.init(holder, null, { renderer: "canvas" });
      chart.setOption(themed(options[+holder.dataset.chart]));
      return chart;
    });
  }

  function report() {
    var images = Array.prototype.slice.call(document.images);
    Promise.all(images.map(function (image) {
      return image.decode().then(function () { return image.naturalWidth > 0 ? 1 : 0; }, function () { return 0; });
    })).then(function (decoded) {
      var good = decoded.reduce(function (a, b) { return a + b; }, 0);
      var drawn = holders.filter(function (holder) {
        var canvas = holder.querySelector("canvas");
        return canvas && canvas.width > 0 && canvas.height > 0;
      }).length;
      root.dataset.images = good + "/" + images.length;
      root.dataset.charts = drawn + "/" + holders.length;
      root.dataset.ready = "true";
    });
  }

  draw();
  dark.addEventListener("change", draw);
  if (window.ResizeObserver) {
    var observer = new ResizeObserver(function () {
      charts.forEach(function (chart) { chart.resize(); });
    });
    holders.forEach(function (holder) { observer.observe(holder); });
  }
  if (document.readyState === "complete") { report(); } else { window.addEventListener("load", report); }
})();
