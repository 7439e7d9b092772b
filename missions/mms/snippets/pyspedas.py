# pySPEDAS
# pip install pyspedas
import requests

# pySPEDAS knows one address only: send its questions here instead.
here, ask = '{origin}', requests.Session.request
requests.Session.request = lambda self, method, url, **rest: ask(
    self, method, url.replace('https://lasp.colorado.edu', here), **rest)

from pyspedas.projects.mms import mms_load_data

mms_load_data(trange=['{start}', '{stop}'], probes=['{number}'], instrument='{instrument}',
              data_rate='{mode}', level='{level}', datatype='{descriptor}')
