{{/* Names, labels and the parts that all pods share. */}}

{{- define "zhitong.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 45 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Call with (dict "root" $ "component" "web"). */}}
{{- define "zhitong.selectorLabels" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "zhitong.labels" -}}
{{ include "zhitong.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "zhitong.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "zhitong.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Call with (dict "place" .Values.web). */}}
{{- define "zhitong.placement" -}}
{{- with .place.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .place.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .place.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "zhitong.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  privileged: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  capabilities:
    drop: [ALL]
{{- end -}}

{{- define "zhitong.tmpMount" -}}
volumeMounts:
  - name: tmp
    mountPath: /tmp
{{- end -}}

{{- define "zhitong.tmpVolume" -}}
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: {{ .Values.tmpSizeLimit }}
{{- end -}}

{{/* Settings: plain ones stand here, so that a change rolls the pods; secret ones come from the existing Secret. */}}
{{- define "zhitong.env" -}}
env:
  - name: ZHITONG_ENV
    value: production
  - name: ZHITONG_BASE_DOMAIN
    value: {{ .Values.baseDomain | quote }}
  - name: ZHITONG_TRUSTED_PROXIES
    value: {{ join "," .Values.trustedProxies | quote }}
  - name: ZHITONG_LOG_LEVEL
    value: {{ .Values.logLevel | quote }}
  - name: ZHITONG_SEARCH_BACKEND
    value: {{ .Values.search.backend | quote }}
  - name: S3_BUCKET
    value: {{ .Values.files.bucket | quote }}
  {{- with .Values.files.endpointUrl }}
  - name: S3_ENDPOINT_URL
    value: {{ . | quote }}
  {{- end }}
  {{- with .Values.mail.from }}
  - name: ZHITONG_MAIL_FROM
    value: {{ . | quote }}
  {{- end }}
  {{- range list "DATABASE_URL" "REDIS_URL" "ZHITONG_SECRET_KEY" "S3_ACCESS_KEY_ID" "S3_SECRET_ACCESS_KEY" }}
  - name: {{ . }}
    valueFrom:
      secretKeyRef:
        name: {{ $.Values.existingSecret }}
        key: {{ . }}
  {{- end }}
  {{- range list "CELERY_BROKER_URL" "EMAIL_URL" "ZHITONG_METRICS_TOKEN" }}
  - name: {{ . }}
    valueFrom:
      secretKeyRef:
        name: {{ $.Values.existingSecret }}
        key: {{ . }}
        optional: true
  {{- end }}
  - name: ELASTICSEARCH_URL
    valueFrom:
      secretKeyRef:
        name: {{ .Values.existingSecret }}
        key: ELASTICSEARCH_URL
        {{- if ne .Values.search.backend "elasticsearch" }}
        optional: true
        {{- end }}
{{- end -}}

{{/* Any other host is unknown to the application. */}}
{{- define "zhitong.probe" -}}
httpGet:
  path: /healthz
  port: http
  httpHeaders:
    - name: Host
      value: {{ .Values.baseDomain }}
{{- end -}}
